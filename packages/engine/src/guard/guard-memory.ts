import { type Node, parseNode } from "@lighthouse-sd/core";
import type { CapacityHistory } from "./capacity-history.js";
import type { GuardState, HeldNode, Hold } from "./guard-state.js";

/** What of a guard outlives the process. All times are Unix milliseconds. */
export interface GuardMemory {
  readonly history: CapacityHistory;
  readonly hold: Hold | null;
  readonly held: readonly { readonly node: Node; readonly since: number; readonly reason: string }[];
}

/** The present, in both of its measures. */
export interface Present {
  /** Unix milliseconds. */
  readonly now: number;
  /** `Clock.elapsed` */
  readonly at: number;
}

/** What is worth remembering; undefined: the cluster has not had members yet. */
export function memoryOf(
  { history, hold }: GuardState,
  held: readonly HeldNode[],
  present: Present,
): GuardMemory | undefined {
  if (history === null) return undefined;
  const date = (at: number): number => Math.round(present.now - (present.at - at));
  return {
    ...atTimes(history, hold, date),
    held: held.map(({ node, since, reason }) => ({ node, since, reason })),
  };
}

/** The guard as it was. Nothing counts as being in the future, whatever the clock has been set to since. */
export function fromMemory(
  { history, hold, held }: GuardMemory,
  present: Present,
): { readonly guard: GuardState; readonly held: readonly HeldNode[] } {
  const elapsed = (time: number): number => present.at - Math.max(0, present.now - time);
  return {
    guard: atTimes(history, hold, elapsed),
    held: held.map((entry) => ({ ...entry, at: elapsed(entry.since) })),
  };
}

function atTimes(
  { confirmed, steps }: CapacityHistory,
  hold: Hold | null,
  time: (at: number) => number,
): { readonly history: CapacityHistory; readonly hold: Hold | null } {
  return {
    history: { confirmed, steps: steps.map((step) => ({ ...step, at: time(step.at) })) },
    hold: hold === null ? null : { ...hold, since: time(hold.since), steadyAt: time(hold.steadyAt) },
  };
}

/** As it is kept: JSON. */
export function renderGuardMemory({ history, hold, held }: GuardMemory): unknown {
  const nodes = held.map(({ node: { host, ip, port, peer, metadata }, since, reason }) => {
    return { since, reason, value: { host, ip, port, peer, metadata } };
  });
  return { history, hold, held: nodes };
}

/** Reads what `renderGuardMemory` gave; throws where it is something else. Nodes go through the same border as a
 * registry's records. */
export function parseGuardMemory(value: unknown): GuardMemory {
  const { history, hold, held } = value as { history: CapacityHistory; hold: Hold | null; held: readonly unknown[] };
  const times = [...history.steps.flatMap(Object.values), ...(hold === null ? [] : [hold.since, hold.steadyAt])];
  if (![history.confirmed, ...times].every(Number.isFinite)) throw new Error("its guard's times are none");
  return { history, hold, held: held.flatMap(readHeld) };
}

function readHeld(entry: unknown): GuardMemory["held"] {
  const { since, reason, value } = entry as { since: number; reason: string; value: unknown };
  const parsed = parseNode(value);
  return "node" in parsed && Number.isFinite(since) ? [{ node: parsed.node, since, reason: String(reason) }] : [];
}
