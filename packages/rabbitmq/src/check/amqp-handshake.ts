import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { CheckTarget } from "@lighthouse-sd/core";

/** How an AMQP 0-9-1 client begins. */
const GREETING: Buffer = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]);
/** A method frame on channel 0, and after its size Connection.Start: class 10, method 10. */
const FRAME: Buffer = Buffer.from([1, 0, 0]);
const START: Buffer = Buffer.from([0, 10, 0, 10]);
const SIZE_BYTES = 4;
const HEAD_BYTES: number = FRAME.length + SIZE_BYTES + START.length;

/** Connects and waits until the broker begins a session, as it does only while it takes clients. Rejects with what it did
 * instead. Closed when it settles. */
export async function greetBroker({ host, port }: CheckTarget, signal: AbortSignal): Promise<void> {
  const socket = connect({ host, port, signal });
  try {
    await begin(socket);
  } finally {
    socket.destroy();
    if (!socket.closed) await once(socket, "close").catch(() => undefined);
  }
}

function begin(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed the connection instead of beginning a session")));
    socket.once("connect", () => socket.write(GREETING));
    socket.on("data", (part: Buffer) => {
      head = Buffer.concat([head, part]).subarray(0, HEAD_BYTES);
      if (!FRAME.subarray(0, head.length).equals(head.subarray(0, FRAME.length))) reject(new Error(unexpected(head)));
      else if (head.length === HEAD_BYTES && head.subarray(-START.length).equals(START)) resolve();
      else if (head.length === HEAD_BYTES) reject(new Error(unexpected(head)));
    });
  });
}

function unexpected(head: Buffer): string {
  if (head.subarray(0, 4).toString("latin1") === "AMQP") return "speaks another version of AMQP than 0-9-1";
  return "does not answer as an AMQP broker does";
}
