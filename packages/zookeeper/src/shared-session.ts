import { type Context, durationMs } from "@lighthouse-sd/core";
import type { ZooKeeperConfig } from "./config.js";
import { Leftovers } from "./report/leftovers.js";
import { Credentials } from "./session/credentials.js";
import { joinPath, parseHosts, type ServerAddress } from "./session/server-address.js";
import { Session } from "./session/session.js";

/** The one session of a discovery: all its clusters and services use it. */
export class SharedSession {
  readonly config: ZooKeeperConfig;
  /** What stands before every path; "" for none. */
  readonly chroot: string;
  /** Where the clusters' znodes stand. */
  readonly base: string;
  readonly session: Session;
  readonly #context: Context;
  readonly #credentials: Credentials | undefined;
  readonly #kept = new Set<string>();
  readonly #closed: AbortController = new AbortController();
  #leftovers: Leftovers | undefined;

  /** Opens nothing. */
  constructor(config: ZooKeeperConfig, context: Context) {
    const ensemble = parseHosts(config.hosts);
    if (typeof ensemble === "string") throw new Error(`hosts ${ensemble}`);
    this.config = config;
    this.chroot = ensemble.chroot;
    this.base = joinPath(ensemble.chroot, config.path);
    this.#context = context;
    const { username, password_file } = config;
    if (username !== undefined && password_file !== undefined) {
      this.#credentials = new Credentials(username, context.directory, password_file);
    }
    this.session = this.#newSession(ensemble.servers);
  }

  /** Before each use. */
  open(): this {
    if (this.#closed.signal.aborted) throw new Error(`discovery "${this.#context.name}" was used after stop`);
    if (this.#leftovers !== undefined) return this;
    this.#leftovers = new Leftovers(this.session);
    const reconnect = (): void => {
      this.#context.log.info("the password has changed: connecting to ZooKeeper again");
      this.session.reconnect("the password has changed");
    };
    this.#credentials?.watch(reconnect, this.#closed.signal);
    return this;
  }

  reportBegins(path: string): void {
    this.#leftovers?.delete(path);
    this.#kept.delete(path);
  }

  /** The znode is to stand until the session ends by itself. */
  reportKept(path: string): void {
    this.#kept.add(path);
  }

  /** The znode could not be removed. */
  reportLeft(path: string): void {
    this.#leftovers?.add(path);
  }

  /** Safe twice. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.session.close({ leave: this.#kept.size > 0 });
  }

  #newSession(servers: readonly ServerAddress[]): Session {
    const { session_timeout, connect_timeout } = this.config;
    const timeoutMs = durationMs(session_timeout);
    return new Session({
      servers,
      timeoutMs,
      attemptMs: Math.max(1, Math.min(durationMs(connect_timeout), timeoutMs / 3)),
      secret: async () => this.#credentials?.read(),
      log: this.#context.log,
      random: Math.random,
    });
  }
}
