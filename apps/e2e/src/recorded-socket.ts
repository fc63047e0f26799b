import { rename } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";

/** A unix socket that stands in the place of another one. */
export interface RecordedSocket {
  /** All that was said to the server behind it, line by line. */
  lines(): readonly string[];
  /** Gives the server its place back. */
  close(): Promise<void>;
}

/** Puts a listener in the place of the socket at `path`, which passes everything on and remembers what was said. */
export async function recordSocket(path: string): Promise<RecordedSocket> {
  const behind = `${path}.behind`;
  const open = new Set<Socket>();
  let said = "";
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ path: behind, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
    }
    client.on("data", (part) => {
      said += String(part);
    });
    client.pipe(upstream).pipe(client);
  });
  await rename(path, behind);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return {
    lines: () => said.split(/[\n;]/).map((line) => line.trim()),
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rename(behind, path);
    },
  };
}
