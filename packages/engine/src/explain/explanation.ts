import type { FileProblem } from "../config/configuration.js";
import type { ClusterOfRunner } from "../http/status.js";
import { iso } from "../iso-time.js";
import type { RunnerEvent } from "../journal/runner-event.js";
import type { BalancerState } from "../sync/balancer-state.js";
import type { TargetReport } from "../sync/target-report.js";

/** What is asked to be explained. */
export interface ExplainRequest {
  readonly cluster: string;
  /** A node's name, or its address as `ip:port`; undefined: the cluster as a whole. */
  readonly node: string | undefined;
}

/** The links of the chain, from a file to the running target. */
export type Stage = "configuration" | "source" | "record" | "guard" | "membership" | "drain" | "balancer" | "target";

/** One link of the chain. */
export interface ExplainedStep {
  readonly stage: Stage;
  /** Of `balancer` and `target`: which one. */
  readonly balancer?: string;
  /** False: this keeps the node out of rotation, or the cluster from being what its source says. */
  readonly ok: boolean;
  /** Since when it is so, or when it happened, ISO 8601 in UTC; null: that is not known, or has no time. */
  readonly at: string | null;
  readonly sentence: string;
}

/** Why a cluster, or a node of it, is as it is. */
export interface Explanation {
  readonly cluster: string;
  /** The node's name; null: the cluster as a whole. */
  readonly node: string | null;
  /** When this was so. */
  readonly at: string;
  /** True: in order, a node in rotation everywhere. */
  readonly ok: boolean;
  /** The whole in one sentence. */
  readonly answer: string;
  /** In the order in which a node comes from its source to the target. */
  readonly steps: readonly ExplainedStep[];
}

/** What an explanation of one cluster is made of. */
export interface Explained {
  readonly cluster: ClusterOfRunner;
  /** Its file, relative to the configuration directory. */
  readonly file: string;
  /** The balancers that carry it, by name, with how they stand and what their targets say of the cluster. */
  readonly balancers: readonly ExplainedBalancer[];
  /** Of all files. */
  readonly problems: readonly FileProblem[];
  /** Of this cluster and of its balancers, the oldest first. */
  readonly events: readonly RunnerEvent[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** One balancer that carries the cluster. */
export interface ExplainedBalancer {
  readonly name: string;
  readonly state: BalancerState;
  readonly target: TargetReport;
}

/** A link of the chain; `at` in Unix milliseconds. */
export function step(stage: Stage, ok: boolean, at: number | null, sentence: string, balancer?: string): ExplainedStep {
  return { stage, ...(balancer !== undefined && { balancer }), ok, at: at === null ? null : iso(at), sentence };
}
