import type { DiscoveryPlugin, Node } from "@lighthouse-sd/core";
import type { InvalidConfig } from "../plugin/configured-bench.js";

/** A discovery that is to keep the contract's promises, and how to try it. */
export interface DiscoverySubject {
  readonly plugin: DiscoveryPlugin<unknown>;
  /** A source that no promise has used yet: called once for each. One server may serve all of them, with a place of its own
   * for each. */
  create(): DiscoverySource | Promise<DiscoverySource>;
  /** A cluster's block for this discovery, as its file would hold it. Without it clusters have none. */
  block?(cluster: string): unknown;
  /** Configurations that it has to refuse, each with the place of the problem. */
  readonly invalidConfigs?: readonly InvalidConfig[];
  /** The ways in which `cut` can take the source away: `refuses connections`, `hangs`. Without any, the promises about a
   * source that is lost are not tried. */
  readonly cuts?: readonly SourceCut[];
  /** Where nodes are, by index from 0. Default: port 8000 of 192.0.2.1, 192.0.2.2, … */
  node?(index: number): Pick<Node, "host" | "ip" | "port">;
  /** True: records of this source tell a node's ip and port alone. */
  readonly addressOnly?: boolean;
  /** How many nodes a large cluster has. Default 200. */
  readonly manyNodes?: number;
  /** How many changes are made one after the other, for the end state to be compared. Default 200. */
  readonly manyChanges?: number;
  /** How soon a record is gone that nobody keeps any more (the longest time of its lease, session or ttl), in
   * milliseconds, with the configuration the source gives: make it short. Without it what becomes of kept nodes later is
   * not tried. */
  readonly leaseMs?: number;
  /** How soon the first answer, every change and every registration has arrived, in milliseconds. Default 20,000. */
  readonly answerMs?: number;
  /** How soon a source that is cut off is told as lost, in milliseconds. Default 30,000. */
  readonly lostMs?: number;
  /** How soon the newest state has arrived, and what was lost is registered again, after the source is back, in
   * milliseconds. Default 60,000. */
  readonly restoreMs?: number;
  /** How soon a call settles after its signal has aborted, and how soon nothing runs any more after a stop, in
   * milliseconds. Default 5000, which is what the engine waits. */
  readonly settleMs?: number;
}

/** A way to take a source away. */
export interface SourceCut {
  /** Goes on after "a source that": `refuses connections`, `hangs`, `is cut off`. */
  readonly name: string;
  /** False: nobody can `put` or `remove` meanwhile. Default: they reach the source on another way. */
  readonly writable?: boolean;
}

/** A source for the instances of one promise. */
export interface DiscoverySource {
  /** The configuration directory. */
  readonly directory: string;
  /** The instance's configuration, as discovery/<name>.yaml would hold it, without `type`. */
  readonly config: unknown;
  /** Makes `cluster` known to the source, with nobody in it, where that takes something. Called before anything is put
   * into it or watched. */
  establish?(cluster: string): void | Promise<void>;
  /** Writes `node` into `cluster`, in one step, as a service of its own would that has nothing to do with the instances;
   * what stands there under the same `node.name` is replaced. */
  put(cluster: string, node: Node): void | Promise<void>;
  /** Removes what stands in `cluster` under `node.name`, whoever wrote it. */
  remove(cluster: string, node: Node): void | Promise<void>;
  /** Writes a text that may be no node at all into `cluster`, under a name of its own. Without it no such is tried. */
  putText?(cluster: string, name: string, text: string): void | Promise<void>;
  /** Takes the source away from the instances, in the way that the subject names; settles when it is gone. */
  cut?(how: string): void | Promise<void>;
  /** Ends the cut; settles when the source could be reached again. */
  restore?(): void | Promise<void>;
  /** Ends the source, cut or not, and removes its files. The instances have been stopped before. */
  dispose?(): void | Promise<void>;
}
