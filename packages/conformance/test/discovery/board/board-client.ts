import { on, once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Reply, Request } from "./board.js";

/** A connection to a board. */
export class BoardClient {
  readonly #socket: Socket;
  readonly #replies: AsyncIterator<[string]>;
  readonly #closed = new AbortController();

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = createInterface({ input: socket });
    socket.once("close", () => {
      lines.close();
      this.#closed.abort();
    });
    this.#replies = on(lines, "line", { close: ["close"] }) as AsyncIterator<[string]>;
  }

  static async connect(port: number): Promise<BoardClient> {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
    } catch (error) {
      throw new Error(`the board on port ${port} cannot be reached: ${(error as Error).message}`, { cause: error });
    }
    // What goes wrong from now on shows in the replies, which end.
    socket.on("error", () => undefined);
    return new BoardClient(socket);
  }

  /** Aborts when the connection is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  send(request: Request): void {
    this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  /** The next reply. Rejects when the connection is closed. */
  async next(): Promise<Reply> {
    const { value, done } = await this.#replies.next();
    if (done === true) throw new Error("the board closed the connection");
    return JSON.parse(value[0]) as Reply;
  }

  close(): void {
    this.#socket.destroy();
  }
}
