import type { PluginPromise } from "../plugin/promise.js";
import type { BalancerBench } from "./balancer-bench.js";
import type { BalancerSubject } from "./balancer-subject.js";

/** One promise of the balancer contract. */
export type BalancerPromise = PluginPromise<BalancerSubject, BalancerBench>;
