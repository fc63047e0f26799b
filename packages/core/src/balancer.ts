import type { CallOptions, Context } from "./context.js";
import type { JsonSchema } from "./json.js";
import type { Problem } from "./problem.js";
import type { Cluster } from "./topology.js";

/* Contract 1. The engine never overlaps two calls on one instance. Order:
 * 1 validateConfig, validateClusters at every file change (pure);
 * 2 validateDependencies;
 * 3 new, applyConfig;
 * 4 syncFile again and again, applyConfig between;
 * 5 stop. */

/** Keeps one target in line with the members of its clusters. */
export abstract class Balancer<Config, Block = unknown> {
  /** How an engine with another copy of core knows a balancer: never `instanceof`. */
  static readonly kind: "balancer" = "balancer";

  /** Opens nothing. */
  constructor(readonly context: Context) {}

  /** Remembers `config`, touches nothing outside. The instance then depends on `config` alone, whatever was applied
   * before. */
  abstract applyConfig(config: Config): void | Promise<void>;

  /** Brings files and running target in line with `clusters`: all that have a block for this balancer, by name; a
   * missing one was removed by its operator. Same input: nothing written or reloaded. Throws: retried with back-off.
   * `signal` aborts: settles soon, files whole. */
  abstract syncFile(clusters: readonly Cluster<Block>[], options: CallOptions): Promise<SyncResult>;

  /** What syncFile would do now; touches nothing, takes no lock. Without it `plan` says that this balancer cannot
   * tell. */
  plan?(clusters: readonly Cluster<Block>[], options: CallOptions): Promise<readonly Change[]>;

  /** What this balancer's target says of each node of a cluster now (for `explain` and `status`). */
  describe?(cluster: Cluster<Block>, options: CallOptions): Promise<readonly NodeReport[]>;

  /** Lets go of sockets, timers, locks; the target goes on running. Safe twice. */
  stop?(options: CallOptions): Promise<void>;
}

/** The static side of a balancer: `MyBalancer satisfies BalancerPlugin<Config, Block>;` below the class, which is the
 * default export. */
export interface BalancerPlugin<Config, Block = unknown> {
  new (context: Context): Balancer<Config, Block>;
  readonly kind: "balancer";
  /** Of balancers/<name>.yaml without `type`. */
  readonly configSchema: JsonSchema;
  /** Of this balancer's block in clusters/<name>.yaml. */
  readonly clusterSchema: JsonSchema;
  /** True: all programs and libraries `config` (without one: the defaults) asks for are there. Else false, or throws
   * saying what is missing. */
  validateDependencies(options: CallOptions & { readonly config?: Config }): Promise<boolean>;
  /** Pure. Returns it with defaults filled in; throws ConfigError with every Problem. */
  validateConfig(config: unknown): Config;
  /** Pure. What one block's schema cannot see: two clusters on one port, an unknown meta cluster. Paths start with the
   * cluster's name. */
  validateClusters?(config: Config, clusters: readonly Omit<Cluster<Block>, "nodes" | "live">[]): readonly Problem[];
}

/** What a sync did and how far it came. */
export interface SyncResult {
  /** The target confirmed everything; false: again after syncAgainMs, without one with back-off. */
  readonly converged: boolean;
  readonly changes: readonly Change[];
  /** Clusters kept on their last good part, members that a person should look at. */
  readonly problems?: readonly ClusterProblem[];
  /** Again after this many milliseconds even if nothing changes: a drain, a guard, a read-back. No failure. */
  readonly syncAgainMs?: number;
}

/** A problem that a sync met. */
export interface ClusterProblem extends Problem {
  /** The cluster whose block `path` points into; null: `path` points into the balancer's own configuration. */
  readonly cluster: string | null;
}

/** One thing that was, or would be, changed at the target. */
export interface Change {
  readonly kind: "file" | "runtime" | "reload";
  /** What is changed: a path, a server's name, a process. */
  readonly target: string;
  /** What is done to it; of a reload: why, in words. */
  readonly action: string;
  /** A fixed word for metrics. */
  readonly code?: string;
  /** The target had been changed by somebody else. */
  readonly repair?: boolean;
  /** In plans only, secrets masked. */
  readonly diff?: string;
}

/** What a balancer's target says of one node. */
export interface NodeReport {
  /** The node's name, as in `Cluster.nodes`. */
  readonly node: string;
  /** The target's own word for it: `UP`, `DRAIN`, `MAINT`, `running`, … */
  readonly state: string;
  /** True where the target gives it new work now. */
  readonly serving: boolean;
  /** One sentence for a person: why it is in this state. */
  readonly detail?: string;
}
