import type { CallOptions, Context } from "./context.js";
import type { JsonSchema } from "./json.js";
import type { Node } from "./topology.js";

/* Contract 1. Order:
 * 1 validateConfig at every file change (pure);
 * 2 validateDependencies;
 * 3 new, applyConfig (a changed configuration makes a new instance);
 * 4 any number of watch and report, at the same time; never two reports of one service and node name;
 * 5 stop, after every watch and report has been aborted and has settled. */

/** Tells who is in a cluster, and keeps nodes of this host registered. */
export abstract class Discovery<Config, Block = unknown> {
  /** How an engine with another copy of core knows a discovery: never `instanceof`. */
  static readonly kind: "discovery" = "discovery";

  /** Opens nothing. */
  constructor(readonly context: Context) {}

  /** Remembers `config`, touches nothing outside. Called once. */
  abstract applyConfig(config: Config): void | Promise<void>;

  /** Follows `cluster` until `signal` aborts, then settles. `block` is the cluster file's block under this instance's
   * name, `null` where there is none. A source that cannot be reached, refuses, or hangs (every wait for it has a limit)
   * is told to `watcher.lost` and tried again for ever, with back-off; a rejection means that this watch cannot go on and
   * is started again by the engine. */
  abstract watch(cluster: string, block: Block | null, watcher: Watcher, options: CallOptions): Promise<void>;

  /** Keeps `node` registered under `service`, so that parseNode of the record gives it back, until `signal` aborts. What
   * is lost meanwhile (a connection, a session, a lease, the record itself) is registered again, with back-off, for ever;
   * a rejection before the abort means that this report cannot go on and is started again by the engine.
   *
   * What stands there under this service and node name, left by an earlier report or by a process that died, is taken
   * over without a moment in which it is missing: so the engine updates a node (it ends the report with
   * `registration.keep` and starts one with the new node), and so a service outlives a restart of its reporter.
   *
   * After the abort it withdraws the node, unless `registration.keep` is true then, and settles: within a second where the
   * registry answers, and within 3 s in any case; where the node could not be withdrawn, with a rejection that says what
   * becomes of it. It withdraws only what it has put there itself: what another reporter has put in its place stays. */
  report?(service: string, node: Node, registration: Registration, options: CallOptions): Promise<void>;

  /** Lets go of connections and timers; what reports have kept stays registered. Safe twice. */
  stop?(options: CallOptions): Promise<void>;
}

/** The static side of a discovery, which is the default export of its package's entry. */
export interface DiscoveryPlugin<Config, Block = unknown> {
  new (context: Context): Discovery<Config, Block>;
  readonly kind: "discovery";
  /** Of discovery/<name>.yaml without `type`. */
  readonly configSchema: JsonSchema;
  /** Of this instance's block in clusters/<name>.yaml; without one no block is accepted. */
  readonly clusterSchema?: JsonSchema;
  /** True: all that `config` asks for is there. Else false, or throws saying what is missing. */
  validateDependencies(options: CallOptions & { readonly config?: Config }): Promise<boolean>;
  /** Pure. Returns it with defaults filled in; throws ConfigError with every Problem. */
  validateConfig(config: unknown): Config;
}

/** Where a watch tells what it sees. Callable until the watch's signal aborts; later calls are ignored. */
export interface Watcher {
  /** The source answered: these are all records of the cluster, never a part of them. The first call comes as soon as
   * they are known, an empty list included; after `lost` it is called again as soon as they are known again, also where
   * nothing has changed. A record that has not changed is the same object as last time. */
  records(records: readonly DiscoveryRecord[]): void;
  /** The source does not answer. The last records stand until the next `records`. */
  lost(error: unknown): void;
}

/** How a report tells whether its node stands in the registry, and learns what becomes of it at the end. */
export interface Registration {
  /** Read it after the report's signal has aborted. True: leave the node as it is, for the next report of it to take
   * over; the registry drops it by itself where none comes in time (the lease, session or ttl ends). */
  readonly keep: boolean;
  /** The registry has confirmed that the node stands there, as it was given. Any number of times. */
  registered(): void;
  /** The registry does not confirm it now, for this reason; the report goes on trying. The node may be gone until the next
   * `registered`. */
  lost(error: unknown): void;
}

/** What a source holds for one node, raw: parsed and checked by the engine, for all discoveries alike. */
export interface DiscoveryRecord {
  /** Where it was found, for people: a path, a key. Stable for one node. */
  readonly source: string;
  /** The value as it stands there: text, or what its format's parser gave. */
  readonly value: unknown;
  /** Why what stands there cannot be a node, in words, on one line: it is too large to be read, it may not be read. Then
   * `value` is not read; the record is quarantined for this reason. */
  readonly problem?: string;
}
