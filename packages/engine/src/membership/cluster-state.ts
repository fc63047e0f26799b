import type { Node } from "@lighthouse-sd/core";
import type { GuardSettings } from "../config/configuration.js";
import { admitAnswer } from "../guard/admit-answer.js";
import { beginHistory } from "../guard/capacity-history.js";
import { confirmationAt, withConfirmation } from "../guard/confirm-loss.js";
import { fromMemory } from "../guard/guard-memory.js";
import {
  type Admission,
  type GuardedMembers,
  type GuardState,
  type HeldNode,
  NEW_GUARD,
  NOBODY_HELD,
  servingTest,
} from "../guard/guard-state.js";
import { withFreeNames, withHeld } from "../guard/merge-held.js";
import { withoutHeld, withRelease } from "../guard/release-held.js";
import { addressName } from "./address-order.js";
import { NOTHING_READ, type Readings, remembered, withoutNodes, withRecords } from "./readings.js";
import type { Snapshot } from "./snapshot-text.js";

/** What is known of one cluster. Never changed, only replaced. */
export interface ClusterState {
  /** `waiting`: nothing is known yet. `live`: the source answers. `lost`: it does not, the last good list stands.
   * `snapshot`: it has not answered since the start, the last good list from disk stands. */
  readonly source: "waiting" | "live" | "lost" | "snapshot";
  /** Since when `source` is what it is, Unix milliseconds. */
  readonly since: number;
  /** What balancers are given, those held included; null: not known. */
  readonly nodes: readonly Node[] | null;
  /** Those of `nodes` that the source no longer names. */
  readonly held: readonly HeldNode[];
  readonly guard: GuardState;
  readonly readings: Readings;
  /** Why the source does not answer. */
  readonly error: string | null;
  /** The last moment at which the source was known to stand behind `nodes`, Unix milliseconds; null: it does now, or
   * never did. */
  readonly confirmedAt: number | null;
  /** True: the source has answered since this process started. */
  readonly answered: boolean;
}

/** What a cluster's members are judged by. */
export interface Judgement {
  readonly settings: GuardSettings;
  /** Drained by an operator on this host. */
  readonly isDrained: (node: Node) => boolean;
  /** Unix milliseconds. */
  readonly now: number;
  /** `Clock.elapsed` */
  readonly at: number;
}

/** A cluster that nothing is known of. */
export function unknownCluster(now: number): ClusterState {
  return {
    source: "waiting",
    since: now,
    nodes: null,
    held: NOBODY_HELD,
    guard: NEW_GUARD,
    readings: NOTHING_READ,
    error: null,
    confirmedAt: null,
    answered: false,
  };
}

/** The source stands behind all of `nodes` now. */
export function isVouchedFor({ source, held }: Pick<ClusterState, "source" | "held">): boolean {
  return source === "live" && held.length === 0;
}

/** The source has answered with all its records. Returns `state` itself where that says nothing new. */
export function withAnswer(state: ClusterState, records: readonly unknown[], judgement: Judgement): ClusterState {
  const readings = withRecords(state.readings, records);
  if (readings === state.readings && state.source === "live") return state;
  const { settings, now, at } = judgement;
  const after = state.source === "live" ? "answer" : state.source === "waiting" ? "start" : "silence";
  const admission = admitAnswer(guardedMembers(state, readings, judgement), settings, { now, at, after });
  const since = state.source === "live" ? state.since : now;
  return { source: "live", since, ...admission, readings, error: null, confirmedAt: null, answered: true };
}

/** The guard's settings, or what is drained on this host, have changed: those held may go. */
export function withJudgement(state: ClusterState, judgement: Judgement): ClusterState {
  if (state.source !== "live" || state.held.length === 0) return state;
  const members = guardedMembers(state, state.readings, judgement);
  return { ...state, ...admitAnswer(members, judgement.settings, { ...judgement, after: "answer" }) };
}

/** When time will confirm the loss of a node that is held, as `Clock.elapsed`; null: it will not. */
export function nextConfirmation(state: ClusterState, judgement: Judgement): number | null {
  if (state.source !== "live" || state.guard.hold === null) return null;
  return confirmationAt(guardedMembers(state, state.readings, judgement), judgement.settings);
}

/** Without those held whose loss time has confirmed. */
export function withConfirmed(state: ClusterState, judgement: Judgement): ClusterState {
  if (state.source !== "live" || state.guard.hold === null) return state;
  const members = guardedMembers(state, state.readings, judgement);
  const admission = withConfirmation(members, judgement.settings, judgement);
  return admission === null ? state : { ...state, ...admission };
}

/** An operator lets everybody go who is held. */
export function withReleased(state: ClusterState, judgement: Judgement): ClusterState {
  if (state.held.length === 0) return state;
  return { ...state, ...withRelease(guardedMembers(state, state.readings, judgement), judgement.at) };
}

/** Another cluster of the discovery has lost as much at the same time. */
export function withCompany(state: ClusterState): ClusterState {
  const { guard } = state;
  return guard.hold === null ? state : { ...state, guard: { ...guard, hold: { ...guard.hold, together: true } } };
}

/** The source does not answer: what is known stands. */
export function withLoss(state: ClusterState, error: string, now: number): ClusterState {
  if (state.source !== "live") return state.error === error ? state : { ...state, error };
  return { ...state, source: "lost", since: now, error, confirmedAt: now };
}

/** What disk remembers of a cluster that nothing is known of: no members yet, but what a record that has turned bad
 * since stood for, and what the first answer is judged by. */
export function withMemory(
  state: ClusterState,
  { members, guard }: Snapshot,
  { now, at, isDrained }: Omit<Judgement, "settings">,
): ClusterState {
  if (state.source !== "waiting") return state;
  const readings = remembered(members);
  if (guard === undefined) {
    const count = readings.nodes.filter(servingTest(isDrained)).length;
    return { ...state, readings, guard: { history: beginHistory(count, at), hold: null } };
  }
  const known = fromMemory(guard, { now, at });
  const named = withFreeNames(
    known.held.map(({ node }) => node),
    readings.nodes,
  );
  const held = known.held.map((entry, index) => ({ ...entry, node: named[index] ?? entry.node }));
  return { ...state, readings, held, guard: known.guard };
}

/** The source has not answered since the start, and what disk remembers, as `withMemory` has taken it in, stands until
 * it does. Only where nothing is known yet. */
export function withSnapshot(state: ClusterState, { at }: Pick<Snapshot, "at">, now: number): ClusterState {
  if (state.source !== "waiting") return state;
  return { ...state, source: "snapshot", since: now, nodes: knownNodes(state), confirmedAt: at };
}

/** Without the members whose address another cluster has taken over since: the traffic of one service must not reach
 * another, and a list that its source does not stand behind now is the weaker word. What a source names now is left
 * alone. */
export function withoutTakenOver(state: ClusterState, addresses: ReadonlySet<string>): ClusterState {
  const { nodes, held, guard } = state;
  if (nodes === null || addresses.size === 0) return state;
  const rest: Admission = withoutHeld({ nodes, held, guard }, addresses) ?? { nodes, held, guard };
  const stays = (node: Node): boolean => !addresses.has(addressName(node));
  if (state.source !== "snapshot" || rest.nodes.every(stays))
    return rest.nodes === nodes ? state : { ...state, ...rest };
  const readings = withoutNodes(state.readings, stays);
  const heldNodes = rest.held.map(({ node }) => node);
  return { ...state, ...rest, nodes: withHeld(readings.nodes, heldNodes, rest.nodes), readings };
}

/** The members that are known, from the source or from disk; null: there never were any. */
function knownNodes({ nodes, guard, readings, held }: ClusterState): readonly Node[] | null {
  if (nodes !== null || guard.history === null) return nodes;
  return withHeld(
    readings.nodes,
    held.map(({ node }) => node),
    readings.nodes,
  );
}

function guardedMembers(
  state: ClusterState,
  { nodes: answer, list }: Readings,
  { isDrained }: Judgement,
): GuardedMembers {
  let quarantined = 0;
  for (const { reason, node } of list) if (reason !== null && node !== null) quarantined++;
  return { before: knownNodes(state), held: state.held, guard: state.guard, answer, quarantined, isDrained };
}
