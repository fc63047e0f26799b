import type { Node } from "@lighthouse-sd/core";
import { addressName } from "../membership/address-order.js";
import { beginHistory } from "./capacity-history.js";
import { type Admission, capacityOf, type GuardedMembers, type HeldNode, NOBODY_HELD } from "./guard-state.js";

/** Lets everybody go who is held, `min_nodes` or not: the members are those that the source names, and they are the new
 * measure. `at`: `Clock.elapsed`. */
export function withRelease(members: GuardedMembers, at: number): Admission {
  const guard = { history: beginHistory(capacityOf(members), at), hold: null };
  return { nodes: members.answer, held: NOBODY_HELD, guard };
}

/** Without those held at `addresses`: they are another cluster's now. Undefined: there is none. */
export function withoutHeld(
  { nodes, held, guard }: Admission,
  addresses: { has(address: string): boolean },
): Admission | undefined {
  const isTaken = ({ node }: HeldNode): boolean => addresses.has(addressName(node));
  const taken = new Set<Node>(held.filter(isTaken).map(({ node }) => node));
  if (taken.size === 0) return undefined;
  const rest = held.filter((entry) => !isTaken(entry));
  return {
    nodes: nodes.filter((node) => !taken.has(node)),
    held: rest,
    guard: rest.length === 0 ? { ...guard, hold: null } : guard,
  };
}
