import type { BalancerStatus, ClusterStatus, RunnerStatus, ServiceStatus } from "../src/wire/runner-status.js";

export const AT = "2026-01-01T00:00:00.000Z";
export const LATER = "2026-01-01T00:05:00.000Z";

/** A runner that has nothing to do, and these. */
export function statusWith(more: Partial<RunnerStatus>): RunnerStatus {
  const config = { errors: [], notices: [] };
  return { version: "1.0.0", ready: true, startedAt: AT, clusters: {}, balancers: {}, services: {}, config, ...more };
}

/** A cluster in order with one node, but for these. */
export function clusterWith(more: Partial<ClusterStatus> = {}): ClusterStatus {
  const nodes = [{ name: "app1:80", ip: "10.0.0.1", port: 80 }];
  const quiet = { drains: [], held: [], quarantined: [], dropped: [] };
  return { discovery: "file", source: "live", since: AT, error: null, nodes, ...quiet, ...more };
}

/** A balancer in line, but for these. */
export function balancerWith(more: Partial<BalancerStatus> = {}): BalancerStatus {
  const counts = { generation: 3, appliedGeneration: 3, reloads: 0, lastReload: null };
  return { type: "haproxy", converged: true, ...counts, lastSync: AT, problems: [], lastError: null, ...more };
}

/** A service with one port that is up and registered, but for these. */
export function serviceWith(port: Partial<ServiceStatus["ports"][number]> = {}): ServiceStatus {
  const registration = { state: "registered", since: AT, error: null } as const;
  const well = { port: 80, state: "up", since: AT, reason: null, node: "app:80", registration } as const;
  return { discovery: "etcd", drainedSince: null, ports: [{ ...well, ...port }] };
}
