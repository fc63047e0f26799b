import { connect, type Socket } from "node:net";
import type { CallOptions } from "@lighthouse-sd/core";

/** Why the admin socket gave no answer:
 * - `LIGHTHOUSE_HAPROXY_ABSENT`: nobody listens on it;
 * - `LIGHTHOUSE_HAPROXY_HUNG`: somebody does, but does not answer within the limit;
 * - `LIGHTHOUSE_HAPROXY_CLOSED`: the connection ended in the middle of an answer. */
export type AdminSocketErrorCode =
  | "LIGHTHOUSE_HAPROXY_ABSENT"
  | "LIGHTHOUSE_HAPROXY_HUNG"
  | "LIGHTHOUSE_HAPROXY_CLOSED";

/** The admin socket gave no answer. */
export class AdminSocketError extends Error {
  override readonly name: string = "AdminSocketError";
  readonly code: AdminSocketErrorCode;

  constructor(code: AdminSocketErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const PROMPT = "\n> ";

/** One connection to HAProxy's admin socket, in its interactive form: every answer ends with a prompt, whatever is in
 * it, so that answers are told apart for certain. One command at a time. */
export class AdminSocket {
  readonly #path: string;
  readonly #socket: Socket;
  readonly #limitMs: number;
  readonly #received: string[] = [];
  /** The last characters received: an answer of megabytes comes in many parts, and its end must be found in each. */
  #tail = "";
  #waiting: { resolve(answer: string): void; reject(error: Error): void } | undefined;
  #ended: Error | undefined;
  #release: () => void = () => undefined;

  private constructor(path: string, limitMs: number) {
    this.#path = path;
    this.#limitMs = limitMs;
    this.#socket = connect(path).setEncoding("utf8");
    this.#socket.on("data", (text: string) => this.#take(text));
    this.#socket.on("error", (error) => this.#end(error));
    this.#socket.on("close", () => this.#end());
  }

  /** Connects to the socket at `path`; each answer may take `limitMs`. */
  static async open(path: string, limitMs: number, { signal }: CallOptions): Promise<AdminSocket> {
    const socket = new AdminSocket(path, limitMs);
    const abort = (): void => socket.#end(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    signal.addEventListener("abort", abort, { once: true });
    socket.#release = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
    await socket.send("prompt");
    return socket;
  }

  /** Sends one command line, resolves with the answer to it. */
  send(command: string): Promise<string> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (/[\n;]/.test(command)) return Promise.reject(new TypeError(`not one command: ${JSON.stringify(command)}`));
    const answer = new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    const timer = setTimeout(() => this.#end(this.#hung(command)), this.#limitMs);
    this.#socket.write(`${command}\n`);
    return answer.finally(() => {
      clearTimeout(timer);
      this.#waiting = undefined;
    });
  }

  close(): void {
    this.#end(new AdminSocketError("LIGHTHOUSE_HAPROXY_CLOSED", `${this.#path}: closed`));
  }

  #take(text: string): void {
    this.#received.push(text);
    this.#tail = (this.#tail + text).slice(-PROMPT.length);
    const isFirstPrompt = this.#tail === "> ";
    if (this.#tail !== PROMPT && !isFirstPrompt) return;
    const answer = this.#received.splice(0).join("").slice(0, -this.#tail.length).trim();
    this.#tail = "";
    this.#waiting?.resolve(answer);
  }

  #hung(command: string): AdminSocketError {
    const message = `HAProxy accepts connections on ${this.#path} but did not answer "${command}" within ${this.#limitMs} ms`;
    return new AdminSocketError("LIGHTHOUSE_HAPROXY_HUNG", message);
  }

  #end(error?: Error): void {
    this.#ended ??= this.#describe(error);
    this.#release();
    this.#socket.destroy();
    this.#waiting?.reject(this.#ended);
  }

  #describe(error?: Error): Error {
    const errno = (error as NodeJS.ErrnoException | undefined)?.code;
    if (errno === "ENOENT" || errno === "ECONNREFUSED") {
      return new AdminSocketError("LIGHTHOUSE_HAPROXY_ABSENT", `nobody listens on ${this.#path} (${errno})`);
    }
    if (errno === "EAGAIN") {
      return new AdminSocketError(
        "LIGHTHOUSE_HAPROXY_HUNG",
        `HAProxy does not accept connections on ${this.#path} (EAGAIN)`,
      );
    }
    const isClosed = error === undefined || errno === "ECONNRESET" || errno === "EPIPE";
    if (!isClosed) return error;
    return new AdminSocketError("LIGHTHOUSE_HAPROXY_CLOSED", `HAProxy closed the connection on ${this.#path}`);
  }
}
