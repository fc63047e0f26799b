import type { Hold } from "./guard-state.js";

/** One cluster's hold, as far as others of its discovery are concerned. */
export interface HoldOfCluster {
  readonly name: string;
  readonly discovery: string;
  readonly windowMs: number;
  readonly hold: Hold | null;
}

/** The clusters that have lost more than their guards allow within one window with `name`, on the same discovery, `name`
 * included, and are not known for it yet. One such loss may be real; two at the same time speak against the discovery. */
export function lostTogether(name: string, clusters: readonly HoldOfCluster[]): readonly string[] {
  const own = clusters.find((cluster) => cluster.name === name);
  if (own === undefined || !isLoss(own.hold)) return [];
  const { hold, discovery, windowMs } = own;
  const others = clusters.filter((other) => {
    if (other.name === name || other.discovery !== discovery || !isLoss(other.hold)) return false;
    return Math.abs(other.hold.since - hold.since) <= Math.max(windowMs, other.windowMs);
  });
  if (others.length === 0) return [];
  return [own, ...others].filter((cluster) => cluster.hold?.together === false).map((cluster) => cluster.name);
}

function isLoss(hold: Hold | null): hold is Hold {
  return hold !== null && hold.kind !== "floor";
}
