import { readSecretFile } from "@lighthouse-sd/plugin-kit";

/** What a line of a password file is looked up by. */
export interface PassfileKey {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The password for a login in a file in libpq's format (`host:port:database:user:password`, `*` for any, backslashes
 * before colons and backslashes); undefined where no line fits. Rejects where the file cannot be read. */
export async function passwordFrom(path: string, key: PassfileKey): Promise<string | undefined> {
  return findPassword(await readSecretFile(path), key);
}

/** The same, in the file's text. */
export function findPassword(text: string, { host, port, database, user }: PassfileKey): string | undefined {
  // libpq looks a unix socket up as localhost.
  const wanted = [host.startsWith("/") ? "localhost" : host, String(port), database, user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = splitLine(line);
    if (fields.length < 5) continue;
    const fits = wanted.every((value, index) => fields[index] === "*" || unescaped(fields[index] ?? "") === value);
    if (fits) return unescaped(fields.slice(4).join(":"));
  }
  return undefined;
}

function splitLine(line: string): readonly string[] {
  return line.match(/(?:\\.|[^:\\])+|(?<=:)(?=:)|^(?=:)/g) ?? [];
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}
