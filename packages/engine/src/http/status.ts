import type { Node } from "@lighthouse-sd/core";
import type { FileProblem } from "../config/configuration.js";
import { type Drain, drainTest } from "../drains/drains.js";
import { iso } from "../iso-time.js";
import type { ClusterState } from "../membership/cluster-state.js";
import type { ServiceRunState } from "../reporter/service-run.js";
import type { BalancerState } from "../sync/balancer-state.js";
import { type ServiceStatus, serviceStatus } from "./service-status.js";

/** What a status is made of. Times are Unix milliseconds. */
export interface RunnerState {
  readonly version: string;
  readonly ready: boolean;
  readonly startedAt: number;
  readonly clusters: readonly ClusterOfRunner[];
  readonly balancers: ReadonlyMap<string, BalancerState>;
  /** What this host reports; empty without that role. */
  readonly services: readonly ServiceRunState[];
  readonly problems: readonly FileProblem[];
  readonly notices: readonly FileProblem[];
}

/** One cluster of a runner. */
export interface ClusterOfRunner {
  readonly name: string;
  readonly discovery: string;
  readonly state: ClusterState;
  /** What is drained on this host, members or not. */
  readonly drains: readonly Drain[];
}

/** What /api/v1/status answers. Times are ISO 8601 in UTC. */
export interface Status {
  readonly version: string;
  readonly ready: boolean;
  readonly startedAt: string;
  readonly clusters: Readonly<Record<string, ClusterStatus>>;
  readonly balancers: Readonly<Record<string, BalancerStatus>>;
  /** What this host reports; empty where another process has that role. */
  readonly services: Readonly<Record<string, ServiceStatus>>;
  readonly config: { readonly errors: readonly FileProblem[]; readonly notices: readonly FileProblem[] };
}

/** One cluster. */
export interface ClusterStatus {
  readonly discovery: string;
  readonly source: ClusterState["source"];
  /** Since when `source` is what it is. */
  readonly since: string;
  /** Why the source does not answer; null: it does, or has not said anything yet. */
  readonly error: string | null;
  /** Null: not known. */
  readonly nodes: readonly NodeStatus[] | null;
  /** What an operator has drained on this host, members or not. */
  readonly drains: readonly { readonly name: string; readonly since: string }[];
  readonly held: readonly { readonly name: string; readonly since: string; readonly reason: string }[];
  readonly quarantined: readonly RecordNote[];
  /** Good records, less a field that was none. */
  readonly dropped: readonly RecordNote[];
}

/** One member. */
export interface NodeStatus {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  /** There where an operator has drained it on this host. */
  readonly drained?: true;
}

/** What is to say about one record. */
export interface RecordNote {
  readonly source: string;
  readonly reason: string;
}

/** One balancer. */
export interface BalancerStatus {
  readonly type: string;
  readonly converged: boolean;
  readonly generation: number;
  readonly appliedGeneration: number;
  readonly lastSync: string | null;
  readonly reloads: number;
  readonly lastReload: { readonly at: string; readonly reason: string; readonly code: string | null } | null;
  readonly problems: readonly FileProblem[];
  readonly lastError: string | null;
}

/** The state as the status says it. Pure. */
export function statusOf(state: RunnerState): Status {
  return {
    version: state.version,
    ready: state.ready,
    startedAt: iso(state.startedAt),
    clusters: record(state.clusters.map((cluster) => [cluster.name, clusterStatus(cluster)])),
    balancers: record([...state.balancers].map(([name, balancer]) => [name, balancerStatus(balancer)])),
    services: record(state.services.map((service) => [service.name, serviceStatus(service)])),
    config: { errors: state.problems, notices: state.notices },
  };
}

function clusterStatus({ discovery, state, drains }: ClusterOfRunner): ClusterStatus {
  const isDrained = drainTest(drains);
  const readings = state.readings.list;
  return {
    discovery,
    source: state.source,
    since: iso(state.since),
    error: state.error,
    nodes: state.nodes?.map((node) => nodeStatus(node, isDrained(node))) ?? null,
    drains: drains.map(({ name, since }) => ({ name, since: iso(since) })),
    held: state.held.map(({ node, since, reason }) => ({ name: node.name, since: iso(since), reason })),
    quarantined: readings.flatMap(({ source, reason, node }) => {
      if (reason === null) return [];
      return [{ source, reason: node === null ? reason : `${reason}; its last good value stands` }];
    }),
    dropped: readings.flatMap(({ source, dropped }) => dropped.map((reason) => ({ source, reason }))),
  };
}

function nodeStatus({ name, ip, port }: Node, drained: boolean): NodeStatus {
  return drained ? { name, ip, port, drained } : { name, ip, port };
}

function balancerStatus(balancer: BalancerState): BalancerStatus {
  const { type, converged, generation, appliedGeneration, lastSync, reloads, lastReload, problems, lastError } =
    balancer;
  return {
    type,
    converged,
    generation,
    appliedGeneration,
    lastSync: lastSync === null ? null : iso(lastSync),
    reloads,
    lastReload: lastReload === null ? null : { ...lastReload, at: iso(lastReload.at) },
    problems,
    lastError,
  };
}

/** Names may be any file name, `__proto__` included. */
function record<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries);
}
