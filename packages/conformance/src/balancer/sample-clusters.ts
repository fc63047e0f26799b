import type { Cluster, JsonObject, Node } from "@lighthouse-sd/core";
import type { BalancerSubject } from "./balancer-subject.js";

/** Makes the clusters that a balancer is tried with. */
export class SampleClusters {
  readonly #subject: BalancerSubject;
  readonly #validateBlock: (block: unknown) => unknown;

  constructor(subject: BalancerSubject, validateBlock: (block: unknown) => unknown) {
    this.#subject = subject;
    this.#validateBlock = validateBlock;
  }

  /** The member with this index. */
  node(index: number, metadata: JsonObject = {}): Node {
    const { host, ip, port } = this.#subject.node?.(index) ?? defaultNode(index);
    return { name: `${host}:${port}`, host, ip, port, peer: null, metadata };
  }

  /** The cluster with this index: its block and name; with the members of these indices, or null: not known yet. */
  cluster(index: number, members: readonly number[] | null, more: Partial<Cluster> = {}): Cluster {
    const nodes = members === null ? null : members.map((member) => this.node(member)).sort(byName);
    return {
      name: `conformance-${index}`,
      metaCluster: null,
      config: this.#validateBlock(this.#subject.block(index)),
      nodes,
      live: nodes !== null,
      ...more,
    };
  }

  /** As the balancer is given them: of one that keeps a single cluster they are one, with the members of all; not known
   * where those of any are not. */
  given(clusters: readonly Cluster[]): readonly Cluster[] {
    const first = [...clusters].sort(byName)[0];
    if (this.#subject.single !== true || first === undefined) return clusters;
    const nodes = clusters.some((cluster) => cluster.nodes === null)
      ? null
      : clusters.flatMap((cluster) => cluster.nodes ?? []);
    return [{ ...first, nodes, live: clusters.every(({ live }) => live) }];
  }

  /** Two clusters of two members each. */
  two(): readonly [Cluster, Cluster] {
    return [this.cluster(0, [0, 1]), this.cluster(1, [2, 3])];
  }
}

function defaultNode(index: number): Pick<Node, "host" | "ip" | "port"> {
  return { host: `member-${index}.example.com`, ip: `192.0.2.${index + 1}`, port: 8000 };
}

/** The engine hands out nodes in this order. */
export function byName(a: Pick<Node, "name">, b: Pick<Node, "name">): number {
  return a.name < b.name ? -1 : 1;
}
