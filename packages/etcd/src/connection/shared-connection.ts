import { type BackOff, backOffMs, pause } from "@lighthouse-sd/plugin-kit";
import type { EtcdHost } from "../config/hosts.js";
import type { EtcdConnection } from "./etcd-connection.js";
import { firstToAnswer } from "./first-to-answer.js";

const BACK_OFF: BackOff = { firstMs: 200, capMs: 5_000 };
/** Milliseconds after which the next member is asked too, and after which a round over all of them is given up. */
const ROUND = { patienceMs: 1_000, limitMs: 4_000 };
/** Milliseconds that the members have for the election of another leader, before anybody hears of it. */
const ELECTION_MS = 3_000;

/** What one needs. */
export interface SharedConnectionOptions {
  readonly hosts: readonly EtcdHost[];
  /** Opens a connection that works, or rejects saying why not. */
  readonly open: (host: EtcdHost, signal: AbortSignal) => Promise<EtcdConnection>;
  /** From 0 to 1. */
  readonly random: () => number;
}

interface Waiter {
  readonly resolve: (connection: EtcdConnection) => void;
  readonly onFailure: (error: Error) => void;
}

/** The one connection of a discovery instance, to whichever member works: opened when somebody wants it, replaced when it
 * has ended, closed when nobody is left. */
export class SharedConnection {
  readonly #options: SharedConnectionOptions;
  readonly #hosts: EtcdHost[];
  readonly #waiters = new Set<Waiter>();
  #users = 0;
  #current: EtcdConnection | undefined;
  #opening: AbortController | undefined;
  #failures = 0;
  #lastFailure: Error | undefined;
  #endedAt: number = Number.NEGATIVE_INFINITY;

  constructor(options: SharedConnectionOptions) {
    this.#options = options;
    this.#hosts = [...options.hosts];
    // Not every runner of a fleet should come to the same member.
    this.#rotate(Math.floor(options.random() * this.#hosts.length));
  }

  /** The connection that is open now. */
  get current(): EtcdConnection | undefined {
    return this.#current?.ended.aborted === false ? this.#current : undefined;
  }

  /** Runs `work`, during which the connection is held. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      return await work();
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.close();
    }
  }

  /** A connection that works; waits for one for ever, and tells `onFailure` why there is none, each time all members were
   * tried in vain, but not while they may be electing a leader. Rejects with the signal's reason when it aborts. */
  async get(signal: AbortSignal, onFailure: (error: Error) => void): Promise<EtcdConnection> {
    signal.throwIfAborted();
    if (this.current !== undefined) return this.current;
    if (this.#lastFailure !== undefined) onFailure(this.#lastFailure);
    return await new Promise<EtcdConnection>((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        resolve: (connection) => {
          signal.removeEventListener("abort", leave);
          resolve(connection);
        },
        onFailure,
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiters.add(waiter);
      if (this.#opening === undefined) void this.#open();
    });
  }

  /** Ends what is open and what is being opened; a later `get` opens anew. */
  close(): void {
    const reason = new Error("the connection to etcd was closed");
    this.#opening?.abort(reason);
    this.#current?.end(reason);
    this.#current = undefined;
  }

  async #open(): Promise<void> {
    const opening = new AbortController();
    this.#opening = opening;
    while (this.#waiters.size > 0 && !opening.signal.aborted) {
      try {
        const connection = await this.#round(opening.signal);
        if (opening.signal.aborted) connection.end(opening.signal.reason as Error);
        else this.#opened(connection);
      } catch (error) {
        if (opening.signal.aborted) break;
        this.#failed(error as Error);
        await pause(backOffMs(this.#failures, this.#options.random(), BACK_OFF), opening.signal);
      }
    }
    this.#opening = undefined;
    if (this.#waiters.size > 0) void this.#open();
  }

  async #round(signal: AbortSignal): Promise<EtcdConnection> {
    try {
      const discard = (connection: EtcdConnection): void =>
        connection.end(new Error("another member has answered first"));
      const open = (host: EtcdHost, signal: AbortSignal): Promise<EtcdConnection> => this.#options.open(host, signal);
      return await firstToAnswer(this.#hosts, open, { signal, ...ROUND, discard });
    } catch (error) {
      throw new Error(reasonsOf(error));
    }
  }

  #opened(connection: EtcdConnection): void {
    this.#current = connection;
    this.#failures = 0;
    this.#lastFailure = undefined;
    connection.ended.addEventListener("abort", () => {
      this.#endedAt = performance.now();
      // The next round begins with another member.
      this.#rotate(this.#hosts.findIndex(({ shown }) => shown === connection.host) + 1);
    });
    for (const { resolve } of this.#waiters) resolve(connection);
    this.#waiters.clear();
  }

  #failed(error: Error): void {
    this.#failures += 1;
    if (performance.now() - this.#endedAt < ELECTION_MS) return;
    this.#lastFailure = error;
    for (const { onFailure } of this.#waiters) onFailure(error);
  }

  #rotate(count: number): void {
    this.#hosts.push(...this.#hosts.splice(0, count));
  }
}

/** Every reason once, however many members gave it. */
function reasonsOf(error: unknown): string {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return [...new Set(errors.map((each) => (each instanceof Error ? each.message : String(each))))].join("; ");
}
