import type { Node } from "@lighthouse-sd/core";
import type { DrainOverlay } from "../drains/drain-overlay.js";
import type { Drain } from "../drains/drains.js";
import type { Members } from "../sync/cluster-views.js";
import { type ClusterState, isVouchedFor } from "./cluster-state.js";

/** What balancers are shown of a cluster: its members, those held included, with what is drained on this host. */
export function shownMembers(
  cluster: string,
  state: ClusterState | undefined,
  overlay: DrainOverlay,
  drains: readonly Drain[],
): Members {
  if (state === undefined) return { nodes: null, live: false };
  const nodes: readonly Node[] | null = state.nodes === null ? null : overlay.nodes(cluster, state.nodes, drains);
  const live = isVouchedFor(state);
  return state.held.length === 0 ? { nodes, live } : { nodes, live, held: true };
}
