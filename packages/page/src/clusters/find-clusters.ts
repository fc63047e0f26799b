import type { ClusterStatus, NodeStatus, RunnerStatus } from "../wire/runner-status.js";

/** A cluster that is looked for, and what of it. */
export interface FoundCluster {
  readonly name: string;
  readonly cluster: ClusterStatus;
  /** Its nodes that are looked for; all of them where the cluster itself is, or nothing is looked for. */
  readonly nodes: readonly NodeStatus[];
  /** True: some of its nodes are looked for, not the cluster as a whole. */
  readonly byNodes: boolean;
}

/** The clusters, by name, whose name holds every word of `search`, or that have nodes of which name or address do.
 * `only`: none but these. Pure. */
export function findClusters(
  clusters: RunnerStatus["clusters"],
  search: string,
  only?: ReadonlyMap<string, unknown>,
): readonly FoundCluster[] {
  const matches = searchTest(search);
  return Object.entries(clusters)
    .filter(([name]) => only === undefined || only.has(name))
    .flatMap(([name, cluster]): readonly FoundCluster[] => {
      const all = cluster.nodes ?? [];
      if (matches(name)) return [{ name, cluster, nodes: all, byNodes: false }];
      const nodes = all.filter((node) => matches(nodeText(node)));
      return nodes.length === 0 ? [] : [{ name, cluster, nodes, byNodes: true }];
    })
    .toSorted((a, b) => byName.compare(a.name, b.name));
}

/** A test for texts that hold every word of `search`, in any case and order. */
export function searchTest(search: string): (text: string) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}

/** What a node is found by. */
export function nodeText({ name, ip, port }: NodeStatus): string {
  return `${name} ${ip}:${port}`;
}

const byName = new Intl.Collator("en", { numeric: true });
