import type { Node } from "@lighthouse-sd/core";
import type { GuardSettings } from "../config/configuration.js";
import { addressName } from "./address-order.js";
import { admitAnswer, type HeldNode } from "./admit-answer.js";
import { NOTHING_READ, type Readings, remembered, withoutNodes, withRecords } from "./readings.js";
import type { Snapshot } from "./snapshot-text.js";

/** What is known of one cluster. Never changed, only replaced. */
export interface ClusterState {
  /** `waiting`: nothing is known yet. `live`: the source answers. `lost`: it does not, the last good list stands.
   * `snapshot`: it has not answered since the start, the last good list from disk stands. */
  readonly source: "waiting" | "live" | "lost" | "snapshot";
  /** Since when `source` is what it is, Unix milliseconds. */
  readonly since: number;
  /** What balancers are given; null: not known. */
  readonly nodes: readonly Node[] | null;
  readonly held: readonly HeldNode[];
  readonly readings: Readings;
  /** Why the source does not answer. */
  readonly error: string | null;
  /** The last moment at which the source was known to stand behind `nodes`, Unix milliseconds; null: it does now, or
   * never did. */
  readonly confirmedAt: number | null;
  /** True: the source has answered since this process started. */
  readonly answered: boolean;
}

/** A cluster that nothing is known of. */
export function unknownCluster(now: number): ClusterState {
  return {
    source: "waiting",
    since: now,
    nodes: null,
    held: [],
    readings: NOTHING_READ,
    error: null,
    confirmedAt: null,
    answered: false,
  };
}

/** The source has answered with all its records. Returns `state` itself where that says nothing new. */
export function withAnswer(
  state: ClusterState,
  records: readonly unknown[],
  guard: GuardSettings,
  now: number,
): ClusterState {
  const readings = withRecords(state.readings, records);
  if (readings === state.readings && state.source === "live") return state;
  const { nodes, held } = admitAnswer({ before: state.nodes, answer: readings.nodes, guard, now });
  const since = state.source === "live" ? state.since : now;
  return { source: "live", since, nodes, held, readings, error: null, confirmedAt: null, answered: true };
}

/** The source does not answer: what is known stands. */
export function withLoss(state: ClusterState, error: string, now: number): ClusterState {
  if (state.source !== "live") return state.error === error ? state : { ...state, error };
  return { ...state, source: "lost", since: now, error, confirmedAt: now };
}

/** What disk remembers of a cluster that nothing is known of: no members yet, but what a record that has turned bad
 * since stood for. */
export function withMemory(state: ClusterState, { members }: Snapshot): ClusterState {
  return state.source === "waiting" ? { ...state, readings: remembered(members) } : state;
}

/** The source has not answered since the start, and what disk remembers stands until it does. Only where nothing is
 * known yet. */
export function withSnapshot(state: ClusterState, { members, at }: Snapshot, now: number): ClusterState {
  if (state.source !== "waiting") return state;
  const readings = remembered(members);
  return { ...state, source: "snapshot", since: now, nodes: readings.nodes, readings, confirmedAt: at };
}

/** Without the members whose address another cluster has taken over since: the traffic of one service must not reach
 * another, and a list that its source does not stand behind now is the weaker word. Live lists are left alone. */
export function withoutTakenOver(state: ClusterState, addresses: ReadonlySet<string>): ClusterState {
  if (state.source !== "snapshot" || state.nodes === null) return state;
  const stays = (node: Node): boolean => !addresses.has(addressName(node));
  if (state.nodes.every(stays)) return state;
  const readings = withoutNodes(state.readings, stays);
  return { ...state, nodes: readings.nodes, readings };
}
