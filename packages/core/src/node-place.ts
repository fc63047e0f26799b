import type { Node } from "./topology.js";

/** Where the node called `name` stands in `nodes`, which are by name; where there is none, -1 minus the place where it
 * would stand. */
export function nodePlace(nodes: readonly Node[], name: string): number {
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = (nodes[middle] as Node).name;
    if (found === name) return middle;
    if (found < name) low = middle + 1;
    else high = middle;
  }
  return -1 - low;
}

/** The node called `name` in `nodes`, which are by name, without looking at all of them. */
export function nodeNamed(nodes: readonly Node[], name: string): Node | undefined {
  return nodes[nodePlace(nodes, name)];
}
