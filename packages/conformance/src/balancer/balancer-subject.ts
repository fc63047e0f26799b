import type { BalancerPlugin, Node } from "@lighthouse-sd/core";
import type { InvalidConfig } from "../plugin/configured-bench.js";

/** A balancer that is to keep the contract's promises, and how to try it. */
export interface BalancerSubject {
  readonly plugin: BalancerPlugin<unknown>;
  /** A target that no promise has used yet: called once for each. Start here what the target needs. */
  create(): BalancerTarget | Promise<BalancerTarget>;
  /** A cluster's block for this balancer, as its file would hold it. Blocks of different indices (from 0) must be able to
   * stand side by side: a port of its own for each. */
  block(index: number): unknown;
  /** Where the members of a cluster are, by index from 0. Default: port 8000 of 192.0.2.1, 192.0.2.2, … */
  node?(index: number): Pick<Node, "host" | "ip" | "port">;
  /** Names of the metadata fields that the balancer reads beside `weight`, `backup` and `drain`: they are given hostile
   * values too. */
  readonly metadataKeys?: readonly string[];
  /** Configurations that it has to refuse, each with the place of the problem. */
  readonly invalidConfigs?: readonly InvalidConfig[];
  /** True: its target is in one cluster alone, and a second one is refused. What the promises say of several clusters is
   * then tried with one that has the members of all. */
  readonly single?: boolean;
  /** True: a second instance on a target in use must be refused, by the first one's name. */
  readonly exclusive?: boolean;
  /** How soon a call settles after its signal has aborted, and how soon nothing runs any more after a stop, in
   * milliseconds. Default 5000, which is what the engine waits. */
  readonly settleMs?: number;
  /** How soon a target has confirmed a change, in milliseconds. Default 60,000. */
  readonly convergeMs?: number;
}

/** A target for one balancer instance. */
export interface BalancerTarget {
  /** The configuration directory. All files that the balancer writes lie in it. */
  readonly directory: string;
  /** The instance's configuration, as balancers/<name>.yaml would hold it, without `type`. */
  readonly config: unknown;
  /** Another valid configuration. It need not work: one whose file cannot be written is a good one. Without it the
   * promise about going back to an earlier configuration is tried with the same one alone. */
  readonly otherConfig?: unknown;
  /** True for files (relative to `directory`) that the target itself writes to: pid files, logs, sockets. */
  ignore?(path: string): boolean;
  /** Everything that reached the target, by name: files, what it says that it runs with. Default: every file in
   * `directory`. */
  files?(): Promise<ReadonlyMap<string, string>>;
  /** Ends the target and removes its files. The instances have been stopped before. */
  dispose?(): void | Promise<void>;
}
