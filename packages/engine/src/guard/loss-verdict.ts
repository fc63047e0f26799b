import { type GuardLimits, isOverLimit } from "./guard-limits.js";

/** What a loss is judged by. */
export interface Loss {
  /** The number in service that counts as normal. */
  readonly confirmed: number;
  /** How many the source names that are in service. */
  readonly left: number;
  /** How many it names at all. */
  readonly named: number;
  /** How many that were in service would be no longer. */
  readonly leaving: number;
  /** The source named nobody, and not all have been named again since. */
  readonly isReturning: boolean;
}

/** What becomes of those that would leave. `none`: they go. `floor`: as many stay as `min_nodes` asks for. `loss`: all
 * stay, more are lost at once than is allowed. `empty`: all stay, nobody else would be left. `return`: all stay, the others
 * of an emptied source are still coming back. */
export interface LossVerdict {
  readonly kind: "none" | "floor" | "loss" | "empty" | "return";
  /** How many of those in service stay, at least. */
  readonly stay: number;
  /** For people; empty where nobody stays. */
  readonly reason: string;
}

const NONE: LossVerdict = { kind: "none", stay: 0, reason: "" };

/** Judges a loss by a cluster's guard. Pure. */
export function judgeLoss(loss: Loss, limits: GuardLimits): LossVerdict {
  const { confirmed, left, named, leaving, isReturning } = loss;
  if (leaving === 0) return NONE;
  if (named === 0 && limits.onEmpty === "empty") return floorVerdict(loss, limits);
  if (left === 0 && limits.onEmpty === "hold") {
    const none = named === 0 ? "the source names no node at all" : `none of the ${named} nodes named is in service`;
    return { kind: "empty", stay: leaving, reason: `${none}, and on_empty is hold` };
  }
  const back = Math.max(0, confirmed - leaving);
  // Some others take nobody's place: those that were there may be on their way. As many as there were replace them all.
  if (isReturning && left - back < confirmed) {
    return { kind: "return", stay: leaving, reason: `the source named no node, and ${back} of ${confirmed} are back` };
  }
  if (!isOverLimit(confirmed, left, limits.maxRemoval)) return floorVerdict(loss, limits);
  return { kind: "loss", stay: leaving, reason: lossReason(loss, limits) };
}

/** `min_nodes` alone. */
function floorVerdict({ left, leaving }: Loss, { minNodes }: GuardLimits): LossVerdict {
  const stay = Math.min(leaving, minNodes - left);
  if (stay <= 0) return NONE;
  return { kind: "floor", stay, reason: `only ${left} would be left in service, and min_nodes is ${minNodes}` };
}

function lossReason({ confirmed, left }: Loss, { maxRemoval, window }: GuardLimits): string {
  const share = typeof maxRemoval === "number" ? "" : ` (${Math.round(((confirmed - left) * 100) / confirmed)}%)`;
  return `${confirmed - left} of ${confirmed} nodes${share} were lost within ${window}, and max_removal is ${maxRemoval}`;
}
