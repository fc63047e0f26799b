import type { Grant, SessionTicket } from "../wire/handshake.js";

const NEW_SESSION = 0n;
const NO_PASSWORD: Buffer = Buffer.alloc(16);
/** How many time-outs without a connection make sure that a session has expired. */
const HOPELESS_TIMEOUTS = 1.25;

/** What is known of a session beside its connection. */
export class SessionState {
  readonly #askedMs: number;
  readonly #own = new Set<bigint>();
  #id: bigint = NEW_SESSION;
  #password: Buffer = NO_PASSWORD;
  #timeoutMs: number;
  #lastZxid = 0n;
  #interruptedAt: number | undefined;

  constructor(askedMs: number) {
    this.#askedMs = askedMs;
    this.#timeoutMs = askedMs;
  }

  /** 0 before the first connection. Another one after an expiry. */
  get id(): bigint {
    return this.#id;
  }

  /** Milliseconds after which the servers let it expire. */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** The newest change that was seen. */
  get lastZxid(): bigint {
    return this.#lastZxid;
  }

  /** Whether a znode of this session is ours: of this session or of one before it. */
  isOwn(session: bigint): boolean {
    return this.#own.has(session);
  }

  ticket(): SessionTicket {
    return { id: this.#id, password: this.#password, lastZxid: this.#lastZxid, timeoutMs: this.#askedMs };
  }

  saw(zxid: bigint): void {
    if (zxid > this.#lastZxid) this.#lastZxid = zxid;
  }

  /** Takes what a server has granted. True: it is another session than before. */
  take(grant: NonNullable<Grant>): boolean {
    const another = grant.id !== this.#id;
    this.#id = grant.id;
    this.#password = grant.password;
    this.#timeoutMs = grant.timeoutMs;
    this.#interruptedAt = undefined;
    this.#own.add(grant.id);
    return another;
  }

  interrupted(): void {
    this.#interruptedAt = performance.now();
  }

  /** Whether it must have expired: no server had it for longer than it lasts. A server whose data are older than what was
   * seen (an ensemble that was set up anew) never says so, but turns the session away for ever. */
  isHopeless(): boolean {
    if (this.#interruptedAt === undefined) return false;
    return performance.now() - this.#interruptedAt > this.#timeoutMs * HOPELESS_TIMEOUTS;
  }

  /** The next connection asks for a new session. False: there was none. */
  forget(): boolean {
    const had = this.#id !== NEW_SESSION;
    this.#id = NEW_SESSION;
    this.#password = NO_PASSWORD;
    this.#lastZxid = 0n;
    return had;
  }
}
