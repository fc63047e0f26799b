import type { Change, ClusterProblem } from "@lighthouse-sd/core";

/** What a part of the balancer has done, and found. */
export interface PartResult {
  readonly changes: readonly Change[];
  readonly problems: readonly ClusterProblem[];
  /** False: something was not done, and is to be tried again. */
  readonly complete: boolean;
}
