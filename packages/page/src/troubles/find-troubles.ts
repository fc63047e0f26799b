import type { RunnerStatus } from "../wire/runner-status.js";
import { balancerTroubles } from "./balancer-troubles.js";
import { clusterTroubles } from "./cluster-troubles.js";
import { configTroubles } from "./config-troubles.js";
import { serviceTroubles } from "./service-troubles.js";
import type { Severity, Trouble } from "./trouble.js";

const ORDER: Readonly<Record<Severity, number>> = { bad: 0, look: 1, note: 2 };

/** Everything that is not quiet and in order, what matters most first. Pure. */
export function findTroubles(status: RunnerStatus): readonly Trouble[] {
  const all = [
    ...configTroubles(status),
    ...balancerTroubles(status),
    ...clusterTroubles(status),
    ...serviceTroubles(status),
  ];
  return all.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

/** How grave each cluster's gravest trouble is; clusters without any are not in it, nor are notes. */
export function troubledClusters(troubles: readonly Trouble[]): ReadonlyMap<string, Severity> {
  const found = new Map<string, Severity>();
  for (const { severity, subjects, touches = [] } of troubles.toReversed()) {
    if (severity === "note") continue;
    const named = subjects.filter(({ kind }) => kind === "cluster").map(({ name }) => name);
    for (const name of [...named, ...touches]) found.set(name, severity);
  }
  return found;
}
