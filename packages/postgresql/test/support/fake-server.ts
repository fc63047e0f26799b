import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

/** What listens on loopback and says what a test wants it to. */
export interface FakeServer {
  readonly port: number;
  /** Its connections. */
  readonly open: ReadonlySet<Socket>;
  /** Ends it, and every connection with it. */
  stop(): Promise<void>;
}

/** Starts one; `connected` is called for each connection. */
export async function startFakeServer(connected: (socket: Socket) => void): Promise<FakeServer> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    connected(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, open, stop };
}
