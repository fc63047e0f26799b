import type { BalancerBench } from "./balancer-bench.js";
import type { BalancerSubject } from "./balancer-subject.js";

/** One promise of the balancer contract. */
export interface BalancerPromise {
  /** Reads as a sentence about a balancer: `changes nothing the second time`. */
  readonly name: string;
  /** False for a balancer that need not keep it, since it lacks something optional. Default: every one must. */
  concerns?(subject: BalancerSubject): boolean;
  /** Rejects where it is not kept. */
  holds(bench: BalancerBench): Promise<void>;
}
