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

/** Milliseconds within which HAProxy has to answer one command. */
export const ANSWER_LIMIT_MS = 5000;

const PROMPT = "\n> ";
const LIMIT_PARTS = 10;

interface Asked {
  readonly command: string;
  resolve(answer: string): void;
  reject(error: Error): void;
}

/** One connection to HAProxy's admin socket, in its interactive form: every answer ends with a prompt, whatever is in
 * it, so that answers are told apart for certain. */
export class AdminSocket {
  readonly #path: string;
  readonly #socket: Socket;
  readonly #limitMs: number;
  readonly #received: string[] = [];
  /** The last characters of `#received`: an answer of megabytes comes in many parts, and a prompt may be cut by them.
   * The very first prompt has no line before it. */
  #tail = "\n";
  /** Commands without an answer so far, in the order they were sent. */
  readonly #asked: Asked[] = [];
  #timer: NodeJS.Timeout | undefined;
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

  /** Begins to connect to the socket at `path`; each answer may take `limitMs`. That nobody listens there shows at the
   * first command. */
  static open(path: string, limitMs: number, { signal }: CallOptions): AdminSocket {
    const socket = new AdminSocket(path, limitMs);
    const abort = (): void => socket.#end(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    signal.addEventListener("abort", abort, { once: true });
    socket.#release = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
    socket.send("prompt").catch(() => undefined);
    return socket;
  }

  /** Sends one command line, resolves with the answer to it. */
  send(command: string): Promise<string> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (/[\n;]/.test(command)) return Promise.reject(new TypeError(`not one command: ${JSON.stringify(command)}`));
    const answer = new Promise<string>((resolve, reject) => {
      this.#asked.push({ command, resolve, reject });
    });
    if (this.#asked.length === 1) this.#limit();
    this.#socket.write(`${command}\n`);
    return answer;
  }

  /** Sends command lines at once, resolves with the answers in their order. */
  sendAll(commands: readonly string[]): Promise<readonly string[]> {
    this.#socket.cork();
    const answers = commands.map((command) => this.send(command));
    this.#socket.uncork();
    return Promise.all(answers);
  }

  close(): void {
    this.#end(new AdminSocketError("LIGHTHOUSE_HAPROXY_CLOSED", `${this.#path}: closed`));
  }

  #take(text: string): void {
    let rest = text;
    while (rest !== "") {
      const found = (this.#tail + rest).indexOf(PROMPT);
      const end = found < 0 ? rest.length : found + PROMPT.length - this.#tail.length;
      this.#received.push(rest.slice(0, end));
      this.#tail = found < 0 ? (this.#tail + rest).slice(1 - PROMPT.length) : "";
      rest = rest.slice(end);
      if (found >= 0) this.#answer(this.#received.splice(0).join("").slice(0, -PROMPT.length).trim());
    }
  }

  #answer(answer: string): void {
    this.#asked.shift()?.resolve(answer);
    this.#limit();
  }

  /** Gives the first command without an answer its time. It is counted in parts, and what has come is read between two:
   * a time in which this process itself stood still is one part, and is not held against HAProxy. */
  #limit(): void {
    clearInterval(this.#timer);
    const [first] = this.#asked;
    if (first === undefined) return;
    let parts = LIMIT_PARTS;
    const count = (): void => {
      parts -= 1;
      if (parts === 0) this.#end(this.#hung(first.command));
    };
    this.#timer = setInterval(count, this.#limitMs / LIMIT_PARTS);
  }

  #hung(command: string): AdminSocketError {
    const message = `HAProxy accepts connections on ${this.#path} but did not answer "${command}" within ${this.#limitMs} ms`;
    return new AdminSocketError("LIGHTHOUSE_HAPROXY_HUNG", message);
  }

  #end(error?: Error): void {
    this.#ended ??= this.#describe(error);
    this.#release();
    clearInterval(this.#timer);
    this.#socket.destroy();
    for (const { reject } of this.#asked.splice(0)) reject(this.#ended);
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
