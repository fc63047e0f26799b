import type { Cluster, Context } from "@lighthouse-sd/core";
import type { Clock } from "../clock.js";
import type { BalancerSettings } from "../config/configuration.js";
import { errorText } from "../error-text.js";
import type { CallTimes } from "../plugin-calls.js";
import { BalancerInstance } from "../sync/balancer-instance.js";
import type { BalancerPlan } from "./plan.js";

/** What one balancer is asked for its plan with. */
export interface PlanRequest {
  readonly settings: BalancerSettings;
  readonly context: Context;
  readonly clusters: readonly Cluster[];
  readonly clock: Clock;
  readonly times: CallTimes;
}

/** Asks one balancer what a sync would change. Never rejects, and settles in limited time, whatever the plugin does. */
export function planBalancer({ settings, context, clusters, clock, times }: PlanRequest): Promise<BalancerPlan> {
  return new Promise((resolve) => {
    const { signal } = new AbortController();
    const fail = (error: unknown): void => resolve({ error: errorText(error) });
    // A call that ignores its abort may never end: nobody waits for it here.
    const instance = new BalancerInstance(context, { clock, times, signal, onIgnoredAbort: fail });
    const asked = async (): Promise<BalancerPlan> => {
      await instance.prepare(settings);
      const changes = await instance.plan(clusters);
      return changes === undefined ? { cannotTell: true } : { changes };
    };
    asked()
      .finally(() => instance.stop())
      .then(resolve, fail);
  });
}
