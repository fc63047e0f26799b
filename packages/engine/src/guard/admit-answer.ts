import type { Node } from "@lighthouse-sd/core";
import type { GuardSettings } from "../config/configuration.js";
import { beginHistory, confirmedCount, withCount } from "./capacity-history.js";
import { type GuardLimits, guardLimits } from "./guard-limits.js";
import {
  type Admission,
  capacityOf,
  type GuardedMembers,
  type HeldNode,
  type Hold,
  NOBODY_HELD,
  servingTest,
} from "./guard-state.js";
import { leavingNodes } from "./leaving-nodes.js";
import { judgeLoss, type LossVerdict } from "./loss-verdict.js";
import { withFreeNames, withHeld } from "./merge-held.js";

/** When an answer came, and after what. */
export interface AnswerTime {
  /** Unix milliseconds, for people. */
  readonly now: number;
  /** `Clock.elapsed` */
  readonly at: number;
  /** `silence`: the source did not answer before. `start`: it is its first answer to this process. */
  readonly after: "answer" | "silence" | "start";
}

/** Stands between every live answer and the balancers: who leaves, and who stays although the source no longer names
 * it. Pure. */
export function admitAnswer(members: GuardedMembers, settings: GuardSettings, time: AnswerTime): Admission {
  const { before, answer, guard } = members;
  const capacity = capacityOf(members);
  if (before === null) {
    return { nodes: answer, held: NOBODY_HELD, guard: { history: beginHistory(capacity, time.at), hold: null } };
  }
  const limits = guardLimits(settings);
  const isServing = servingTest(members.isDrained);
  const leaving = leavingNodes(before, answer, isServing);
  const history = guard.history ?? beginHistory(before.filter(isServing).length, time.at);
  const verdict = judgeLoss(
    {
      confirmed: confirmedCount(history, limits.windowMs, time.at),
      left: capacity,
      named: answer.length,
      leaving: leaving.filter(isServing).length,
      isReturning: guard.hold?.kind === "empty" || guard.hold?.kind === "return",
    },
    limits,
  );
  const held = heldNodes(members, leaving, verdict, time);
  const nodes = withHeld(
    answer,
    held.map(({ node }) => node),
    before,
  );
  const hold = holdOf(members, held, verdict, limits, time);
  // A loss that is not believed is no measure for the next one.
  if (hold !== null && hold.kind !== "floor") {
    // All who were there have to come back, the newest too, whose number had not stood for a window.
    const begins = hold.kind === "empty" && guard.hold?.kind !== "empty" && guard.hold?.kind !== "return";
    const measure = begins ? beginHistory(before.filter(isServing).length, time.at) : history;
    return { nodes, held, guard: { history: measure, hold } };
  }
  const count = capacity + held.filter(({ node }) => isServing(node)).length;
  return { nodes, held, guard: { history: withCount(history, count, limits.windowMs, time.at), hold } };
}

function heldNodes(
  { held: before, answer, isDrained }: GuardedMembers,
  leaving: readonly Node[],
  { kind, stay, reason }: LossVerdict,
  { now, at }: AnswerTime,
): readonly HeldNode[] {
  if (kind === "none") return NOBODY_HELD;
  const known = new Map(before.map((entry) => [entry.node, entry]));
  const entries = leaving.map((node) => known.get(node) ?? { node, since: now, at, reason });
  const staying = kind === "floor" ? lastSeen(entries, servingTest(isDrained)).slice(0, stay) : entries;
  const names = withFreeNames(
    staying.map(({ node }) => node),
    answer,
  );
  return staying.map((entry, index) => ({ ...entry, node: names[index] ?? entry.node, reason }));
}

/** Those in service, the ones that were named last before the others. */
export function lastSeen(held: readonly HeldNode[], isServing: (node: Node) => boolean): readonly HeldNode[] {
  const serving = held.filter(({ node }) => isServing(node));
  return serving.sort((a, b) => b.at - a.at || (a.node.name < b.node.name ? -1 : 1));
}

function holdOf(
  { held: heldBefore, guard: { hold: before } }: GuardedMembers,
  held: readonly HeldNode[],
  { kind }: LossVerdict,
  limits: GuardLimits,
  { at, after }: AnswerTime,
): Hold | null {
  if (kind === "none") return null;
  if (before === null || (before.kind === "floor") !== (kind === "floor")) {
    return { kind, since: at, steadyAt: at, together: false };
  }
  const still = new Set(held.map(({ node }) => node));
  const hasComeBack = heldBefore.some(({ node }) => !still.has(node));
  const wasEmpty = before.kind === "empty" || kind === "empty";
  if (hasComeBack || wasEmpty || after === "silence") return { ...before, kind, steadyAt: at };
  if (after === "answer") return { ...before, kind };
  // Nobody has watched while no process ran: it is watched for a window at least before time confirms anything.
  const watched = at - limits.confirmMs + Math.min(limits.windowMs, limits.confirmMs);
  return { ...before, kind, steadyAt: Math.max(before.steadyAt, watched) };
}
