/** Members in one command line: what HAProxy takes at once is limited to 16 kB. */
export const BATCH = 60;

/** For a member whose file says `text`. */
export function addCommands(backend: string, text: string): readonly string[] {
  const { host, ip, port } = JSON.parse(text) as { host: string; ip: string; port: number };
  const server = `${backend}/${host}:${port}`;
  return [`add server ${server} ${ip}:${port}`, `enable server ${server}`];
}

/** For a member whose file is gone: no new requests from here on. */
export function removeCommands(backend: string, fileName: string): readonly string[] {
  return [`disable server ${backend}/${serverOf(fileName)}`];
}

/** What is refused as long as the server has connections. */
export function deleteCommand(backend: string, fileName: string): string {
  return `del server ${backend}/${serverOf(fileName)}`;
}

function serverOf(fileName: string): string {
  return fileName.replace(/\.reported\.json$/, "");
}
