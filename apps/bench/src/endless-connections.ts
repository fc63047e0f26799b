import { connect, type Socket } from "node:net";
import { ENDLESS_PATH } from "./answering-server.js";

/** Connections whose answer never ends, as of clients that listen to events. */
export class EndlessConnections {
  readonly #port: number;
  readonly #sockets: Socket[] = [];

  /** `port`: HAProxy's frontend. */
  constructor(port: number) {
    this.#port = port;
  }

  get opened(): number {
    return this.#sockets.length;
  }

  get stillOpen(): number {
    return this.#sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length;
  }

  /** Opens so many more; settles when the answer of each has begun. */
  async open(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#openOne()));
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #openOne(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, "127.0.0.1", () => {
        socket.write(`GET ${ENDLESS_PATH} HTTP/1.1\r\nhost: bench\r\n\r\n`);
      });
      this.#sockets.push(socket);
      socket.once("data", (part: Buffer) => {
        if (part.toString("latin1").startsWith("HTTP/1.1 200 ")) resolve();
        else reject(new Error(`a long-lived request was answered ${JSON.stringify(part.toString().slice(0, 60))}`));
      });
      // One that is cut is counted as no longer open; before its answer has begun that is a failure.
      socket.on("error", reject);
      socket.once("close", () => reject(new Error("a long-lived request was cut before its answer began")));
    });
  }
}
