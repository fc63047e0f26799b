import type { Configuration } from "../config/configuration.js";
import type { Drain } from "../drains/drains.js";
import type { ClusterOfRunner } from "../http/status.js";
import type { ClusterState } from "./cluster-state.js";

/** The clusters of a configuration as they stand now. */
export function clustersOf(
  { clusters }: Pick<Configuration, "clusters">,
  membership: { readonly state: (cluster: string) => ClusterState | undefined },
  drains: { readonly of: (cluster: string) => readonly Drain[] },
): readonly ClusterOfRunner[] {
  return [...clusters.values()].flatMap(({ name, discovery }) => {
    const state = membership.state(name);
    return state === undefined ? [] : [{ name, discovery, state, drains: drains.of(name) }];
  });
}
