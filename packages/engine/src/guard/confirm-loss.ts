import type { GuardSettings } from "../config/configuration.js";
import { type AnswerTime, admitAnswer, lastSeen } from "./admit-answer.js";
import { beginHistory } from "./capacity-history.js";
import { guardLimits } from "./guard-limits.js";
import { type Admission, capacityOf, type GuardedMembers, type HeldNode, servingTest } from "./guard-state.js";

/** When time will confirm the loss of a node that is held, as `Clock.elapsed`; null: it will not. */
export function confirmationAt(members: GuardedMembers, settings: GuardSettings): number | null {
  const { confirmMs } = guardLimits(settings);
  const steadyAt = members.guard.hold?.steadyAt ?? 0;
  const times = mayGo(members, settings).map(({ at }) => Math.max(at, steadyAt) + confirmMs);
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return first === Number.POSITIVE_INFINITY ? null : first;
}

/** Lets those go whose loss has stood for `confirm_after`, as far as `min_nodes` allows it and never the last one; what
 * is left is the new measure. Null: nobody goes. Pure. */
export function withConfirmation(
  members: GuardedMembers,
  settings: GuardSettings,
  time: Omit<AnswerTime, "after">,
): Admission | null {
  const { confirmMs } = guardLimits(settings);
  const { guard, held, before } = members;
  const steadyAt = guard.hold?.steadyAt ?? 0;
  const gone = mayGo(members, settings).filter(({ at }) => Math.max(at, steadyAt) + confirmMs <= time.at);
  if (gone.length === 0 || before === null) return null;
  const isServing = servingTest(members.isDrained);
  const goes = new Set(gone.map(({ node }) => node));
  const rest = held.filter(({ node }) => !goes.has(node));
  const count = capacityOf(members) + rest.filter(({ node }) => isServing(node)).length;
  const nodes = before.filter((node) => !goes.has(node));
  const left = { ...members, before: nodes, held: rest, guard: { ...guard, history: beginHistory(count, time.at) } };
  return admitAnswer(left, settings, { ...time, after: "answer" });
}

/** Those that time may confirm, now or later: of a loss that may be real all that `min_nodes` does not need, the ones
 * that were named last are needed first. */
function mayGo(members: GuardedMembers, settings: GuardSettings): readonly HeldNode[] {
  const { guard, held, isDrained } = members;
  const mayBeReal = guard.hold?.kind === "loss" || guard.hold?.kind === "return";
  if (!mayBeReal || guard.hold?.together === true) return [];
  const isServing = servingTest(isDrained);
  const needed = Math.max(0, guardLimits(settings).minNodes - capacityOf(members));
  const kept = new Set(lastSeen(held, isServing).slice(0, needed));
  return held.filter((entry) => !kept.has(entry));
}
