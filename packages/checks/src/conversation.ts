import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { type CheckTarget, formatAddress } from "@lighthouse-sd/core";
import { CheckFailure, untilDeadline } from "./check-failure.js";

/** More than any answer that is waited for has, in bytes. */
const LARGEST_ANSWER = 65_536;

/** An open connection, as a check uses it. */
export interface Conversation {
  send(bytes: string): void;
  /** The next bytes that arrive; null where the server has ended. Rejects once it has sent more than 64 KiB. */
  read(): Promise<Buffer | null>;
}

/** How and where to connect. */
export interface ConversationOptions {
  /** The check's name, for messages. */
  readonly check: string;
  readonly target: CheckTarget;
  /** Undefined: plain TCP. */
  readonly tls?: () => Promise<ConnectionOptions>;
  readonly signal: AbortSignal;
}

/** Connects, lets `talk` speak, and closes the connection however that ends; it is closed when the promise settles. A
 * rejection is a CheckFailure. */
export async function converse<T>(
  options: ConversationOptions,
  talk: (conversation: Conversation, who: string) => Promise<T>,
): Promise<T> {
  const { check, target, signal } = options;
  const who = `${check} ${formatAddress(target.host, target.port)}`;
  let doing = "connecting";
  let socket: Socket | undefined;
  const run = async (): Promise<T> => {
    const tls = await options.tls?.();
    if (signal.aborted) throw new CheckFailure(who, "its time was up before it could connect", signal.reason);
    socket = tls === undefined ? connect(target) : connectTls({ ...tls, ...target });
    await opened(socket, tls === undefined ? "connect" : "secureConnect");
    doing = "waiting for the answer";
    return talk(conversationOn(socket), who);
  };
  try {
    return await untilDeadline(who, () => doing, signal, run);
  } finally {
    if (socket !== undefined) await closed(socket);
  }
}

function opened(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.once("close", () => reject(new Error("the server closed the connection")));
    socket.once(event, resolve);
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) return resolve();
    socket.once("close", () => resolve());
    socket.destroy();
  });
}

function conversationOn(socket: Socket): Conversation {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let received = 0;
  return {
    send: (bytes) => void socket.write(bytes),
    read: async () => {
      const { value, done } = await chunks.next();
      if (done === true) return null;
      received += value.length;
      if (received > LARGEST_ANSWER) throw new Error(`the server sent more than ${LARGEST_ANSWER} bytes`);
      return value;
    },
  };
}
