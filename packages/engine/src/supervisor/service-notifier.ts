import type { Logger } from "@lighthouse-sd/core";
import { type ProgramResult, runProgram } from "@lighthouse-sd/plugin-kit";
import { errorText } from "../error-text.js";

/** Part of systemd itself. Node has no datagram unix sockets. */
const PROGRAM = "systemd-notify";
/** Longer than it waits, by itself, for the service manager to have read a message. */
const LIMIT_MS = 8000;

/** Tells a service manager something. */
export interface Notifier {
  /** Sends `lines` in one message, behind those before it; settles when it has been read, or could not be sent. Never
   * rejects. */
  send(lines: readonly string[]): Promise<void>;
}

/** Speaks to a service manager through systemd's own program, one message after the other. What does not get through is
 * said once in the log, until one does again. */
export class ServiceNotifier implements Notifier {
  readonly #socket: string;
  readonly #log: Logger;
  #sending: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(socket: string, log: Logger) {
    this.#socket = socket;
    this.#log = log;
  }

  send(lines: readonly string[]): Promise<void> {
    this.#sending = this.#sending.then(() => this.#send(lines));
    return this.#sending;
  }

  async #send(lines: readonly string[]): Promise<void> {
    const failure = await this.#failure(lines);
    if (failure === undefined) {
      if (this.#failed) this.#log.info("the service manager can be told again");
    } else if (!this.#failed) {
      this.#log.warn(
        `the service manager cannot be told ${lines.join(" ")} at ${this.#socket}: ${failure}; it is tried again`,
      );
    }
    this.#failed = failure !== undefined;
  }

  async #failure(lines: readonly string[]): Promise<string | undefined> {
    const env = { ...process.env, NOTIFY_SOCKET: this.#socket };
    const options = { env, timeoutMs: LIMIT_MS, signal: new AbortController().signal };
    const result = await runProgram(PROGRAM, lines, options).catch((error: unknown) => errorText(error));
    if (typeof result === "string") return result;
    return result.code === 0 ? undefined : complaint(result);
  }
}

function complaint({ code, signal, stderr }: ProgramResult): string {
  return `${PROGRAM} ended with ${signal ?? code}: ${errorText(stderr)}`;
}
