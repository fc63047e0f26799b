import { isDeepStrictEqual } from "node:util";
import type { Cluster, Node } from "@lighthouse-sd/core";
import type { ClusterSettings } from "../config/configuration.js";
import { compareText } from "../membership/distinct-nodes.js";

/** Who is in a cluster, as far as balancers are concerned. */
export interface Members {
  readonly nodes: readonly Node[] | null;
  readonly live: boolean;
  /** Missing: none of `nodes` are. */
  readonly held?: boolean;
}

/** All clusters that have a block for `balancer`, by name, as that balancer is given them. A cluster in which nothing
 * has changed is the object it was in `before`, and a list in which nothing has changed is that array. */
export function clusterViews(
  before: readonly Cluster[],
  balancer: string,
  clusters: Iterable<ClusterSettings>,
  membersOf: (cluster: string) => Members,
): readonly Cluster[] {
  const known = new Map(before.map((cluster) => [cluster.name, cluster]));
  const views: Cluster[] = [];
  for (const settings of clusters) {
    if (!settings.blocks.has(balancer)) continue;
    const { name, metaCluster } = settings;
    const config = settings.blocks.get(balancer);
    views.push(sameOr(known.get(name), { name, metaCluster, config, ...membersOf(name) }));
  }
  views.sort((a, b) => compareText(a.name, b.name));
  const same = views.length === before.length && views.every((view, index) => view === before[index]);
  return same ? before : views;
}

function sameOr(old: Cluster | undefined, cluster: Cluster): Cluster {
  if (old === undefined) return cluster;
  const { config, metaCluster, nodes, live, held } = cluster;
  const sameConfig = old.config === config || isDeepStrictEqual(old.config, config);
  const sameMembers = old.nodes === nodes && old.live === live && old.held === held;
  if (sameConfig && sameMembers && old.metaCluster === metaCluster) return old;
  return sameConfig ? { ...cluster, config: old.config } : cluster;
}
