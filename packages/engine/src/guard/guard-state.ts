import type { Node } from "@lighthouse-sd/core";
import type { CapacityHistory } from "./capacity-history.js";

/** A member that the source no longer names, or names as drained, and that stays all the same. */
export interface HeldNode {
  readonly node: Node;
  /** Unix milliseconds, for people. */
  readonly since: number;
  /** The same as `Clock.elapsed`, which nobody can set. */
  readonly at: number;
  readonly reason: string;
}

/** Why a cluster's nodes are held. Times are `Clock.elapsed`. */
export interface Hold {
  /** `empty`: nobody else would be left in service. `return`: nobody was, and not all are back. `loss`: more than
   * `max_removal` were lost. `floor`: `min_nodes`. */
  readonly kind: "empty" | "return" | "loss" | "floor";
  /** Since when it is more than `floor`; of a floor, since when it is one. */
  readonly since: number;
  /** Since when nothing speaks against the loss: no node has come back, and the source has answered. */
  readonly steadyAt: number;
  /** True: another cluster of the discovery lost as much within one window. Time does not confirm such a loss. */
  readonly together: boolean;
}

/** What a cluster's guard knows beside who is held. Never changed, only replaced. */
export interface GuardState {
  /** Null: the cluster has not had members yet. */
  readonly history: CapacityHistory | null;
  /** Null: nobody is held. */
  readonly hold: Hold | null;
}

/** Of a cluster that nothing is known of. */
export const NEW_GUARD: GuardState = { history: null, hold: null };

/** Of a cluster in which nobody is held. */
export const NOBODY_HELD: readonly HeldNode[] = [];

/** What is known of a cluster's members when the guard is asked. */
export interface GuardedMembers {
  /** The members until now, those held included, by name; null: none were ever known. */
  readonly before: readonly Node[] | null;
  /** Those of `before` that are held; the same node objects. */
  readonly held: readonly HeldNode[];
  readonly guard: GuardState;
  /** The members the source names, by name. */
  readonly answer: readonly Node[];
  /** How many of them have a record that turned bad and stand at its last good value. */
  readonly quarantined: number;
  /** Drained by an operator on this host. */
  readonly isDrained: (node: Node) => boolean;
}

/** Who is in a cluster now, by the guard's leave. */
export interface Admission {
  readonly nodes: readonly Node[];
  readonly held: readonly HeldNode[];
  readonly guard: GuardState;
}

/** Gets new work: neither its own record nor an operator asks for a drain. */
export function servingTest(isDrained: GuardedMembers["isDrained"]): (node: Node) => boolean {
  return (node) => node.metadata["drain"] !== true && !isDrained(node);
}

/** How many of the nodes that the source names count: in service, and their records are good. */
export function capacityOf({ answer, quarantined, isDrained }: GuardedMembers): number {
  const isServing = servingTest(isDrained);
  let count = 0;
  for (const node of answer) if (isServing(node)) count++;
  return Math.max(0, count - quarantined);
}
