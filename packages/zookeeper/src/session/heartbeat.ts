/** What a heartbeat does. */
export interface HeartbeatActions {
  /** Asks the server for a sign of life. */
  ping(): void;
  /** It has given none for this long. */
  silent(milliseconds: number): void;
}

/** Looks between two pings. */
const LOOKS = 2;

/** Tells a server that does not answer any more from one that has nothing to say: asks three times within a session's
 * time-out, and calls it silent after two thirds of it, so that a third is left to find another server. Time in which
 * this process itself stood still does not count against the server: its answer may be waiting to be read. */
export class Heartbeat {
  readonly #pingMs: number;
  readonly #actions: HeartbeatActions;
  readonly #timer: NodeJS.Timeout;
  readonly #lookMs: number;
  #heardAt: number = performance.now();
  #pingedAt: number = performance.now();
  #lookedAt: number = performance.now();

  constructor(timeoutMs: number, actions: HeartbeatActions) {
    this.#pingMs = timeoutMs / 3;
    this.#lookMs = this.#pingMs / LOOKS;
    this.#actions = actions;
    this.#timer = setInterval(() => this.#look(), this.#lookMs);
  }

  /** The server has sent something. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const stoodStill = now - this.#lookedAt > this.#lookMs * 2;
    this.#lookedAt = now;
    if (stoodStill) this.#heardAt = Math.max(this.#heardAt, now - this.#pingMs);
    const silentMs = now - this.#heardAt;
    if (silentMs >= this.#pingMs * 2) {
      this.#actions.silent(silentMs);
    } else if (stoodStill || now - this.#pingedAt >= this.#pingMs) {
      this.#pingedAt = now;
      this.#actions.ping();
    }
  }
}
