import { durationMs } from "@lighthouse-sd/core";
import type { GuardSettings } from "../config/configuration.js";

/** `guard` of a cluster in numbers. */
export interface GuardLimits {
  readonly onEmpty: GuardSettings["on_empty"];
  readonly minNodes: number;
  /** `50%`, or a count. */
  readonly maxRemoval: GuardSettings["max_removal"];
  readonly windowMs: number;
  /** The window as it was written. */
  readonly window: string;
  /** Infinity: never. */
  readonly confirmMs: number;
}

/** Reads settings that their schema has accepted. */
export function guardLimits(settings: GuardSettings): GuardLimits {
  return {
    onEmpty: settings.on_empty,
    minNodes: settings.min_nodes,
    maxRemoval: settings.max_removal,
    windowMs: durationMs(settings.window),
    window: typeof settings.window === "number" ? `${settings.window}s` : settings.window,
    confirmMs: durationMs(settings.confirm_after),
  };
}

/** True: `left` nodes where `confirmed` counted as normal is a larger loss than `max_removal` allows. */
export function isOverLimit(confirmed: number, left: number, maxRemoval: GuardLimits["maxRemoval"]): boolean {
  const loss = confirmed - left;
  if (typeof maxRemoval === "number") return loss > maxRemoval;
  return loss * 100 > confirmed * Number.parseInt(maxRemoval, 10);
}
