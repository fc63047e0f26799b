import type { BalancerPlugin, DiscoveryPlugin } from "@lighthouse-sd/core";
import type {
  BalancerSettings,
  ClusterSettings,
  Configuration,
  DiscoverySettings,
  GuardSettings,
  ServiceSettings,
} from "../../src/config/configuration.js";

/** The guard that a cluster without one has. */
export const GUARD: GuardSettings = {
  on_empty: "hold",
  min_nodes: 0,
  max_removal: "50%",
  window: "60s",
  confirm_after: "5m",
};

/** balancers/<name>.yaml of a plugin class. */
export function balancerSettings(name: string, plugin: unknown, config: unknown = {}): BalancerSettings {
  const loaded = { kind: "balancer", name: "fake", packageName: "fake", version: "1.0.0", contract: 1 } as const;
  return {
    name,
    file: `balancers/${name}.yaml`,
    plugin: { ...loaded, plugin: plugin as BalancerPlugin<unknown> },
    config,
  };
}

/** discovery/<name>.yaml of a plugin class. */
export function discoverySettings(name: string, plugin: unknown, config: unknown = {}): DiscoverySettings {
  const loaded = { kind: "discovery", name: "fake", packageName: "fake", version: "1.0.0", contract: 1 } as const;
  return {
    name,
    file: `discovery/${name}.yaml`,
    plugin: { ...loaded, plugin: plugin as DiscoveryPlugin<unknown> },
    config,
  };
}

/** clusters/<name>.yaml with a block for the balancer `lb`. */
export function clusterSettings(name: string, more: Partial<ClusterSettings> = {}): ClusterSettings {
  return {
    name,
    file: `clusters/${name}.yaml`,
    discovery: "source",
    discoveryBlock: null,
    metaCluster: null,
    guard: GUARD,
    blocks: new Map([["lb", { port: 80 }]]),
    ...more,
  };
}

/** A whole configuration of these parts. */
export function configuration(parts: {
  readonly balancers?: readonly BalancerSettings[];
  readonly discoveries?: readonly DiscoverySettings[];
  readonly clusters?: readonly ClusterSettings[];
  readonly services?: readonly ServiceSettings[];
  readonly runner?: Partial<Configuration["runner"]>;
}): Configuration {
  const byName = <T extends { readonly name: string }>(list: readonly T[] = []): ReadonlyMap<string, T> =>
    new Map(list.map((entry) => [entry.name, entry]));
  return {
    runner: { http: { listen: "off" }, settle: { min: "20ms", max: "500ms" }, peer_port: 1024, ...parts.runner },
    logging: { level: undefined, format: undefined },
    balancers: byName(parts.balancers),
    discoveries: byName(parts.discoveries),
    clusters: byName(parts.clusters),
    services: byName(parts.services),
  };
}
