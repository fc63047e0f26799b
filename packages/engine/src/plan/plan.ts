import type { Change } from "@lighthouse-sd/core";
import type { FileProblem } from "../config/configuration.js";
import type { ClusterOfRunner } from "../http/status.js";

/** What a sync of everything would change. */
export interface Plan {
  readonly balancers: ReadonlyMap<string, BalancerPlan>;
  /** What it was planned with. */
  readonly clusters: readonly Omit<ClusterOfRunner, "drains">[];
  /** Errors in the configuration directory: planned was with the last valid versions. */
  readonly problems: readonly FileProblem[];
}

/** What a sync of one balancer would change; or that its plugin cannot tell; or why there is no plan. */
export type BalancerPlan =
  | { readonly changes: readonly Change[] }
  | { readonly cannotTell: true }
  | { readonly error: string };

/** What to expect in a word: `failed` where a part of the plan is missing or a file is invalid. */
export function planOutcome({ balancers, problems }: Plan): "nothing" | "changes" | "failed" {
  const plans = [...balancers.values()];
  if (problems.length > 0 || plans.some((plan) => "error" in plan)) return "failed";
  return plans.some((plan) => "changes" in plan && plan.changes.length > 0) ? "changes" : "nothing";
}
