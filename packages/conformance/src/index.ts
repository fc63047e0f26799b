export { balancerConformance } from "./balancer-conformance.js";
export type { BalancerSubject, BalancerTarget } from "./balancer-subject.js";
export type { TestRunner } from "./test-runner.js";
