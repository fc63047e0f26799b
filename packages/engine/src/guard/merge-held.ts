import type { Node } from "@lighthouse-sd/core";
import { addressName } from "../membership/address-order.js";
import { compareText } from "../membership/distinct-nodes.js";

/** `answer` with `held` beside its nodes, and in place of one at the same address; by name. A list in which nothing has
 * changed since `before` is that list. The names of `held` must be free, see `freeName`. */
export function withHeld(answer: readonly Node[], held: readonly Node[], before: readonly Node[]): readonly Node[] {
  if (held.length === 0) return answer;
  const addresses = new Set(held.map(addressName));
  const others = answer.filter((node) => !addresses.has(addressName(node)));
  const nodes = [...others, ...held].sort((a, b) => compareText(a.name, b.name));
  const same = nodes.length === before.length && nodes.every((node, index) => node === before[index]);
  return same ? before : nodes;
}

/** `nodes` under names that no node of `answer` at another address has. The same objects where they may keep theirs. */
export function withFreeNames(nodes: readonly Node[], answer: readonly Node[]): readonly Node[] {
  if (nodes.length === 0) return nodes;
  const addresses = new Set(nodes.map(addressName));
  const taken = new Set(answer.flatMap((node) => (addresses.has(addressName(node)) ? [] : [node.name])));
  return nodes.map((node) => {
    const name = freeName(node, taken);
    taken.add(name);
    return name === node.name ? node : { ...node, name };
  });
}

function freeName(node: Node, taken: ReadonlySet<string>): string {
  const address = addressName(node);
  let name = [node.name, address].find((wanted) => !taken.has(wanted));
  for (let number = 2; name === undefined; number++) {
    const numbered = `${address}-${number}`;
    if (!taken.has(numbered)) name = numbered;
  }
  return name;
}
