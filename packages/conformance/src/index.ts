export { balancerConformance } from "./balancer/balancer-conformance.js";
export type { BalancerSubject, BalancerTarget } from "./balancer/balancer-subject.js";
export { checkConformance } from "./check/check-conformance.js";
export type { CheckedService, CheckSubject } from "./check/check-subject.js";
export { discoveryConformance } from "./discovery/discovery-conformance.js";
export type { DiscoverySource, DiscoverySubject, SourceCut } from "./discovery/discovery-subject.js";
export type { InvalidConfig } from "./plugin/configured-bench.js";
export type { TestRunner } from "./plugin/test-runner.js";
