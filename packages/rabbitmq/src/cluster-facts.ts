import { type Cluster, durationMs } from "@lighthouse-sd/core";
import type { ClusterView } from "./broker/cluster-view.js";
import type { RabbitMQBlock } from "./config/rabbitmq-config.js";
import { type Discovered, discoveredNames } from "./nodes/discovered-names.js";
import type { PresenceFacts } from "./nodes/presence.js";

/** What one sync knows of its cluster before it asks anybody. */
export interface ClusterFacts {
  readonly cluster: Cluster<RabbitMQBlock>;
  /** Null: discovery has not said anything yet. */
  readonly discovered: readonly string[] | null;
  readonly brokers: Discovered["brokers"];
  readonly dropped: Discovered["dropped"];
}

/** Reads a cluster's nodes. */
export function clusterFacts(cluster: Cluster<RabbitMQBlock>, template: string): ClusterFacts {
  const { brokers, dropped } = discoveredNames(cluster.nodes ?? [], template);
  return { cluster, discovered: cluster.nodes === null ? null : [...brokers.keys()], brokers, dropped };
}

/** True where discovery's word may count against a member that it does not name: it answers now, and names this broker
 * and most members. */
export function discoveryCounts(
  { cluster, discovered }: ClusterFacts,
  self: string,
  view: ClusterView | null,
): boolean {
  if (!cluster.live || discovered === null || view === null || !discovered.includes(self)) return false;
  return view.members.filter((member) => discovered.includes(member)).length * 2 > view.members.length;
}

/** What the memory of who was there is brought up to date with. `view`: of now, null where the broker did not answer. */
export function presenceFacts(
  facts: ClusterFacts,
  now: {
    readonly self: string;
    readonly atMs: number;
    readonly intervalMs: number;
    readonly view: ClusterView | null;
    readonly members: readonly string[];
  },
): PresenceFacts {
  const { cluster, discovered } = facts;
  return {
    atMs: now.atMs,
    counts: discoveryCounts(facts, now.self, now.view),
    live: cluster.live && discovered !== null,
    discovered: discovered ?? [],
    running: now.view?.running ?? [],
    known: now.members,
    longestStepMs: 3 * now.intervalMs,
    keepMs: durationMs(cluster.config.keep_absent),
  };
}
