import { declarePromises } from "../plugin/promise.js";
import type { TestRunner } from "../plugin/test-runner.js";
import { abortPromises } from "./abort-promises.js";
import { BalancerBench } from "./balancer-bench.js";
import type { BalancerPromise } from "./balancer-promise.js";
import type { BalancerSubject } from "./balancer-subject.js";
import { configPromises } from "./config-promises.js";
import { hostilePromises } from "./hostile-promises.js";
import { lifecyclePromises } from "./lifecycle-promises.js";
import { membershipPromises } from "./membership-promises.js";
import { planPromises } from "./plan-promises.js";
import { staticPromises } from "./static-promises.js";
import { syncPromises } from "./sync-promises.js";

/** Every promise of contract 1, in groups. */
const PROMISES: Readonly<Record<string, readonly BalancerPromise[]>> = {
  "a balancer's static side": staticPromises,
  "a balancer's configuration": configPromises,
  "a balancer's sync": syncPromises,
  "a balancer's members": membershipPromises,
  "a balancer and hostile metadata": hostilePromises,
  "a balancer that is aborted": abortPromises,
  "a balancer's plan": planPromises,
  "a balancer's life": lifecyclePromises,
};

/** Declares a test for every promise that the contract makes for balancers, those of optional methods where there are
 * such. Each gets a target of its own, and leaves nothing behind. */
export function balancerConformance(runner: TestRunner, subject: BalancerSubject): void {
  declarePromises(runner, PROMISES, subject, async () => new BalancerBench(subject, await subject.create()));
}
