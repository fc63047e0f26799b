import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as startTls, type TLSSocket } from "node:tls";
import type { SslMode } from "./config/postgresql-config.js";

/** SSLRequest, the question whether a server speaks TLS. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Where to, and how. */
export interface StreamOptions {
  /** An address, a name, or the directory of a unix socket. */
  readonly host: string;
  readonly port: number;
  /** How TLS is spoken; false: not at all. */
  readonly tls: ConnectionOptions | false;
  /** With `prefer` plain text will do where the server speaks no TLS. */
  readonly sslmode: SslMode;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** Opens a connection, over which TLS is spoken already if it is at all; a server without TLS is asked, and gone on with, on
 * one and the same connection. Rejects only when nothing of it is left open. */
export async function openStream({ tls, sslmode, signal, ...to }: StreamOptions): Promise<Socket | TLSSocket> {
  signal.throwIfAborted();
  const { host, port } = to;
  const socket = connect(host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  // Whoever waits on a stream is told; a stream that fails while nobody does is found closed.
  socket.on("error", () => undefined);
  try {
    await once(socket, "connect", { signal });
    if (tls === false) return socket;
    if (await speaksTls(socket, signal)) return await secured(socket, tls, signal);
    if (sslmode === "prefer") return socket;
    throw new Error(
      `the server speaks no TLS, and sslmode is ${sslmode}: switch it on there (ssl = on), or take sslmode prefer`,
    );
  } catch (error) {
    socket.destroy();
    await untilClosed(socket);
    signal.throwIfAborted();
    throw error;
  }
}

/** Waits until a stream that has been told to close has done so. */
export async function untilClosed(stream: Socket): Promise<void> {
  if (!stream.closed) await new Promise((resolve) => stream.once("close", resolve));
}

async function speaksTls(socket: Socket, signal: AbortSignal): Promise<boolean> {
  socket.write(SSL_REQUEST);
  await once(socket, "readable", { signal });
  const answer = (socket.read() as Buffer | null)?.toString("latin1");
  if (answer === undefined) throw new Error("the server closed the connection when asked whether it speaks TLS");
  if (answer === "S" || answer === "N") return answer === "S";
  // The server waits for us now: what comes along with its answer would count as said under TLS, and is not.
  if (/^[SN]/.test(answer)) {
    throw new Error(
      `${answer.length - 1} bytes came in plain text along with the answer to whether the server speaks TLS: somebody between may have put them there`,
    );
  }
  throw new Error(
    answer.startsWith("E")
      ? "the server could not take the connection, as its log says"
      : `asked whether it speaks TLS it answered ${JSON.stringify(answer.slice(0, 20))}: that is no PostgreSQL server`,
  );
}

async function secured(socket: Socket, tls: ConnectionOptions, signal: AbortSignal): Promise<TLSSocket> {
  const stream = startTls({ ...tls, socket });
  stream.on("error", () => undefined);
  await once(stream, "secureConnect", { signal });
  return stream;
}
