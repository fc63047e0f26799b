import { connect } from "node:net";
import type { ServerAddress } from "./server-address.js";

/** Sends one message over a connection of its own, and gives the one that comes back. Rejects where none does, also when
 * `signal` aborts. The connection is closed when it settles. */
export async function exchangeTcp(server: ServerAddress, bytes: Buffer, signal: AbortSignal): Promise<Buffer> {
  const socket = connect({ host: server.ip, port: server.port });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  let onAbort = (): void => undefined;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) return onAbort();
      let received = Buffer.alloc(0);
      socket.on("error", reject);
      socket.once("close", () => reject(new Error("the connection was closed")));
      socket.on("data", (part) => {
        received = Buffer.concat([received, part]);
        const message = firstMessage(received);
        if (message !== undefined) resolve(message);
      });
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    });
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
    await closed;
  }
}

/** Its length stands before a message. */
function firstMessage(received: Buffer): Buffer | undefined {
  if (received.length < 2) return undefined;
  const end = 2 + received.readUInt16BE(0);
  return received.length < end ? undefined : received.subarray(2, end);
}
