import type { Judgement } from "../../src/membership/cluster-state.js";
import { GUARD } from "./settings.js";

/** By the guard that a cluster without one has, at `now`; nothing is drained on this host. */
export function judgementAt(now: number): Judgement {
  return { settings: GUARD, isDrained: () => false, now, at: 0 };
}
