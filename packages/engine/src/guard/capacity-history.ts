/** How many nodes a cluster had in service lately, and which number counts as normal. A number becomes the normal one
 * when it has stood for a whole window: a deployment that doubles a cluster for a moment does not raise it, and what is
 * lost bit by bit within a window is measured as one loss. Times are `Clock.elapsed`. Never changed, only replaced. */
export interface CapacityHistory {
  /** What counted as normal at the last step. */
  readonly confirmed: number;
  /** Oldest first; at least one. Those that no window can reach back to are dropped. */
  readonly steps: readonly CapacityStep[];
}

/** The count from `at` on: at first anything from `low` to `high`, then `count` until the next step. */
export interface CapacityStep {
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** A window is told apart into this many parts: however often the count changes, there are not more steps. */
const PARTS = 32;

/** A history that begins with `count` as the normal number. */
export function beginHistory(count: number, at: number): CapacityHistory {
  return { confirmed: count, steps: [{ at, low: count, high: count, count }] };
}

/** What counts as normal at `at`. */
export function confirmedCount({ confirmed, steps }: CapacityHistory, windowMs: number, at: number): number {
  const ranges = steps.flatMap((step, index) => rangeWithin(step, steps[index + 1], windowMs, at));
  const low = ranges.reduce((least, range) => Math.min(least, range.low), Number.POSITIVE_INFINITY);
  const high = ranges.reduce((most, range) => Math.max(most, range.high), 0);
  return Math.max(low, Math.min(high, confirmed));
}

/** From `at` on there are `count`. */
export function withCount(history: CapacityHistory, count: number, windowMs: number, at: number): CapacityHistory {
  const last = history.steps.at(-1);
  if (last?.count === count) return history;
  const confirmed = confirmedCount(history, windowMs, at);
  const reached = history.steps.filter((step, index) => {
    return rangeWithin(step, history.steps[index + 1], windowMs, at).length > 0;
  });
  if (last === undefined || at - last.at >= windowMs / PARTS) {
    return { confirmed, steps: [...reached, { at, low: count, high: count, count }] };
  }
  const merged = { at: last.at, low: Math.min(last.low, count), high: Math.max(last.high, count), count };
  return { confirmed, steps: [...reached.slice(0, -1), merged] };
}

/** What `step` says of the window that ends at `at`; nothing where it was over before. */
function rangeWithin(
  step: CapacityStep,
  next: CapacityStep | undefined,
  windowMs: number,
  at: number,
): readonly Pick<CapacityStep, "low" | "high">[] {
  const from = at - windowMs;
  if (step.at + windowMs / PARTS > from) return [step];
  if (next === undefined || next.at > from) return [{ low: step.count, high: step.count }];
  return [];
}
