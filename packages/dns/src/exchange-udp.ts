import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { ServerAddress } from "./server-address.js";

/** Sends a datagram from a port of its own, which the kernel chooses at random, and gives the first answer that `read`
 * makes something of; others are not ours. Packets of other senders do not arrive. Rejects when the system tells that
 * nobody listens there, when `read` throws, and when `signal` aborts. The socket is closed when it settles. */
export async function exchangeUdp<T>(
  server: ServerAddress,
  bytes: Buffer,
  read: (answer: Buffer) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const socket = createSocket(isIPv6(server.ip) ? "udp6" : "udp4");
  const closed = new Promise<void>((resolve) => socket.once("close", resolve));
  let onAbort = (): void => undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) return onAbort();
      socket.on("error", reject);
      socket.on("message", (answer) => {
        try {
          const mine = read(answer);
          if (mine !== undefined) resolve(mine);
        } catch (error) {
          reject(error);
        }
      });
      socket.connect(server.port, server.ip, () => socket.send(bytes, (error) => error && reject(error)));
    });
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.close();
    await closed;
  }
}
