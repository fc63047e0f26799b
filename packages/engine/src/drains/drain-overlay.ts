import type { Node } from "@lighthouse-sd/core";
import { type Drain, drainTest } from "./drains.js";

interface Shown {
  readonly nodes: readonly Node[];
  readonly drains: readonly Drain[];
  readonly result: readonly Node[];
}

/** Shows balancers the members of clusters with `metadata.drain: true` on those that are drained on this host. The same
 * node is shown as the same object, a list in which nothing has changed as the same list. */
export class DrainOverlay {
  readonly #drained = new WeakMap<Node, Node>();
  readonly #shown = new Map<string, Shown>();

  nodes(cluster: string, nodes: readonly Node[], drains: readonly Drain[]): readonly Node[] {
    const before = this.#shown.get(cluster);
    if (before?.nodes === nodes && before.drains === drains) return before.result;
    if (drains.length === 0) {
      this.#shown.delete(cluster);
      return nodes;
    }
    const isDrained = drainTest(drains);
    const after = nodes.map((node) => (isDrained(node) ? this.#asDrained(node) : node));
    const result = [before?.result, nodes].find((list) => list !== undefined && isSame(list, after)) ?? after;
    this.#shown.set(cluster, { nodes, drains, result });
    return result;
  }

  #asDrained(node: Node): Node {
    if (node.metadata["drain"] === true) return node;
    const known = this.#drained.get(node);
    if (known !== undefined) return known;
    const drained = { ...node, metadata: { ...node.metadata, drain: true } };
    this.#drained.set(node, drained);
    return drained;
  }
}

function isSame(a: readonly Node[], b: readonly Node[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}
