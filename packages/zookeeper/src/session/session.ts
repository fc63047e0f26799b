import type { Logger } from "@lighthouse-sd/core";
import { type BackOff, backOffMs, pause } from "@lighthouse-sd/plugin-kit";
import type { Operation } from "../wire/operations.js";
import { ConnectionLost, isRefusal } from "../wire/zookeeper-error.js";
import { Connection } from "./connection.js";
import { type ServerAddress, showServer } from "./server-address.js";
import { SessionState } from "./session-state.js";
import { type WatchKind, type WatchListener, WatchTable } from "./watch-table.js";

/** What a session is kept with. */
export interface SessionOptions {
  readonly servers: readonly ServerAddress[];
  /** Milliseconds that are asked for; the servers may give other ones. */
  readonly timeoutMs: number;
  /** Milliseconds within which a server must have taken the session. */
  readonly attemptMs: number;
  /** `user:password`, read anew for each connection; undefined: nobody in particular. */
  secret(): Promise<string | undefined>;
  readonly log: Logger;
  /** From 0 to 1, for spreading retries and the choice of servers. */
  random(): number;
}

/** Hears how the session fares. */
export interface SessionListener {
  /** There is a connection. Where the session is another one than before, no watch is left. */
  up(): void;
  /** There has been none for a while, for this reason. Again where the reason changes. */
  down(reason: Error): void;
}

/** How long a connection may be missing before it is told, in milliseconds: another server may take over without
 * anybody noticing. */
const GRACE_MS = 1000;
/** A connection that stood this long was a good one: the next is tried at once. */
const STEADY_MS = 5000;
const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 5000;
const SET_WATCHES_XID = -8;
const CLOSE_SESSION: Operation<void> = {
  what: "closeSession",
  type: -11,
  write: () => undefined,
  read: () => undefined,
};
const CLOSE_LIMIT_MS = 1000;

/** One session with an ensemble, kept for ever: over one connection after another, and where it has expired, a new one in
 * its place. */
export class Session {
  readonly state: SessionState;
  readonly #options: SessionOptions;
  readonly #watches: WatchTable = new WatchTable();
  readonly #listeners = new Set<SessionListener>();
  readonly #stop: AbortController = new AbortController();
  #connection: Connection | undefined;
  #running: Promise<void> | undefined;
  #down: Error | undefined;
  #lastError: Error | undefined;
  #grace: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.state = new SessionState(options.timeoutMs);
  }

  /** Whether requests can be made now. */
  get connected(): boolean {
    return this.#connection?.ended === false;
  }

  /** Opens the session with the first listener. A new one is told at once how things stand, where that is known. */
  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    this.#running ??= this.#run();
    if (this.connected) listener.up();
    else if (this.#down !== undefined) listener.down(this.#down);
    return () => void this.#listeners.delete(listener);
  }

  /** Rejects with ConnectionLost where there is no connection, or none any more before the answer. */
  request<T>(operation: Operation<T>): Promise<T> {
    return (
      this.#connection?.request(operation) ??
      Promise.reject(this.#lastError ?? new ConnectionLost("not connected to ZooKeeper"))
    );
  }

  /** The same, for a request that sets a watch; `listener` is called once, when it fires. Where a znode that is not there
   * is asked for, its creation is watched if the request is one that does so. */
  requestWatched<T>(operation: Operation<T>, kind: WatchKind, path: string, listener: WatchListener): Promise<T> {
    return this.request({
      ...operation,
      read: (reader) => {
        const answer = operation.read(reader);
        this.#watches.add(kind === "existence" ? "data" : kind, path, listener);
        return answer;
      },
      refused: (error) => {
        if (kind === "existence" && isRefusal(error, "NO_NODE")) this.#watches.add("existence", path, listener);
      },
    });
  }

  /** `listener` does not hear of this znode any more. */
  unwatch(kind: WatchKind, path: string, listener: WatchListener): void {
    this.#watches.delete(kind, path, listener);
    if (kind === "existence") this.#watches.delete("data", path, listener);
  }

  /** Goes on over another connection. */
  reconnect(reason: string): void {
    this.#connection?.end(reason);
  }

  /** Ends for good. With `leave` the session is left to expire by itself, and its znodes with it. Safe twice. */
  async close({ leave }: { readonly leave: boolean }): Promise<void> {
    const connection = this.#connection;
    if (!leave && connection !== undefined && !this.#stop.signal.aborted) {
      const answered = new AbortController();
      const answer = connection.request(CLOSE_SESSION).catch(() => undefined);
      await Promise.race([answer, pause(CLOSE_LIMIT_MS, answered.signal)]);
      answered.abort();
    }
    this.#stop.abort();
    clearTimeout(this.#grace);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted; failures++) {
      let served = 0;
      const errors = new Map<ServerAddress, Error>();
      for (const server of this.#shuffled()) {
        served = Math.max(served, await this.#serve(server));
        if (signal.aborted) return;
        if (served >= STEADY_MS) break;
        if (this.#lastError !== undefined) errors.set(server, this.#lastError);
      }
      if (served === 0) this.#tellDown(this.#allFailed(errors));
      if (served >= STEADY_MS) failures = 0;
      if (failures > 0) await pause(backOffMs(failures, this.#options.random(), this.#backOff()), signal);
    }
  }

  /** Connects to `server` and stays for as long as it goes well. Resolves with the milliseconds that it went well. */
  async #serve(server: ServerAddress): Promise<number> {
    try {
      const secret = await this.#options.secret();
      const connection = await this.#open(server);
      const upAt = performance.now();
      if (secret !== undefined) connection.authenticate("digest", secret);
      for (const operation of this.#watches.requests(this.state.lastZxid)) {
        connection.request(operation, SET_WATCHES_XID).catch(() => undefined);
      }
      this.#comeUp(connection, server);
      const reason = await connection.closed;
      this.#interrupted(reason);
      return performance.now() - upAt;
    } catch (error) {
      this.#lastError = error instanceof Error ? error : new Error(String(error));
      return 0;
    }
  }

  /** A connection over which the session, or a new one, stands. */
  async #open(server: ServerAddress): Promise<Connection> {
    const { attemptMs } = this.#options;
    const connection = new Connection({
      server,
      attemptMs,
      ticket: this.state.ticket(),
      onEvent: (event) => this.#watches.fire(event),
      onZxid: (zxid) => this.state.saw(zxid),
    });
    const end = (): void => connection.end("is not needed any more");
    this.#stop.signal.addEventListener("abort", end, { once: true });
    void connection.closed.then(() => this.#stop.signal.removeEventListener("abort", end));
    if (this.#stop.signal.aborted) end();
    const grant = await connection.opened.catch((error: unknown) => {
      if (connection.turnedAway && this.state.isHopeless()) this.state.forget();
      throw error;
    });
    if (grant === undefined) {
      connection.end("the session has expired");
      await connection.closed;
      if (this.state.forget()) return this.#open(server);
      throw new ConnectionLost(`ZooKeeper ${showServer(server)} opens no session`);
    }
    if (this.state.take(grant)) this.#watches.clear();
    return connection;
  }

  /** Short enough to find a server while the session lives. */
  #backOff(): BackOff {
    return { firstMs: FIRST_BACK_OFF_MS, capMs: Math.min(LONGEST_BACK_OFF_MS, this.state.timeoutMs / 3) };
  }

  #comeUp(connection: Connection, server: ServerAddress): void {
    clearTimeout(this.#grace);
    if (this.#down !== undefined) this.#options.log.info(`connected to ZooKeeper ${showServer(server)}`);
    this.#down = undefined;
    this.#connection = connection;
    for (const listener of [...this.#listeners]) listener.up();
  }

  #interrupted(reason: Error): void {
    this.#connection = undefined;
    this.#lastError = reason;
    this.state.interrupted();
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => this.#tellDown(this.#lastError ?? reason), GRACE_MS);
  }

  #tellDown(reason: Error): void {
    clearTimeout(this.#grace);
    if (this.connected || this.#stop.signal.aborted || this.#down?.message === reason.message) return;
    if (this.#down === undefined) this.#options.log.warn(`no connection to ZooKeeper: ${reason.message}; trying again`);
    this.#down = reason;
    for (const listener of [...this.#listeners]) listener.down(reason);
  }

  /** What each server met, always in the same order: the same state is the same reason. */
  #allFailed(errors: ReadonlyMap<ServerAddress, Error>): Error {
    const messages = this.#options.servers.flatMap((server) => errors.get(server)?.message ?? []);
    return new ConnectionLost(messages.join("; "), { cause: this.#lastError });
  }

  /** In another order each time, so that a fleet spreads over the ensemble. */
  #shuffled(): readonly ServerAddress[] {
    return this.#options.servers
      .map((server) => ({ server, order: this.#options.random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ server }) => server);
  }
}
