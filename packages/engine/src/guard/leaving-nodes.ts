import { type Node, nodeChanges } from "@lighthouse-sd/core";
import { addressName } from "../membership/address-order.js";

/** Those of `before` that `answer` takes out of service: it does not name their address, or names it as drained. One
 * whose name stands at an address that nobody had before has moved there and does not leave. Both lists are by name.
 * Compares references alone where nothing has changed, and costs work for each change otherwise. */
export function leavingNodes(
  before: readonly Node[],
  answer: readonly Node[],
  isServing: (node: Node) => boolean,
): readonly Node[] {
  const changes = nodeChanges(before, answer);
  if (changes.every((change) => change.before === undefined)) return [];
  const old = changes.flatMap((change) => change.before ?? []);
  const freed = new Set(old.map(addressName));
  const named = new Map(changes.flatMap(({ after }) => (after === undefined ? [] : [[addressName(after), after]])));
  return changes.flatMap(({ before: node, after }) => {
    if (node === undefined) return [];
    const now = named.get(addressName(node));
    const hasMoved = now === undefined && after !== undefined && !freed.has(addressName(after));
    const stays = hasMoved || (now !== undefined && (isServing(now) || !isServing(node)));
    return stays ? [] : [node];
  });
}
