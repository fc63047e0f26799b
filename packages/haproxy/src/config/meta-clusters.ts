import type { HAProxyConfig, MetaCluster } from "./haproxy-config.js";

/** A meta cluster and the key it is configured under. */
export interface ConfiguredMetaCluster extends MetaCluster {
  readonly key: "meta_clusters" | "meta_cluster_ports";
}

/** Every meta cluster by name, those in the older form included. */
export function metaClusters(config: HAProxyConfig): Readonly<Record<string, ConfiguredMetaCluster>> {
  const older = Object.entries(config.meta_cluster_ports).map(
    ([name, port]) => [name, { port, frontend: [], key: "meta_cluster_ports" }] as const,
  );
  const newer = Object.entries(config.meta_clusters).map(
    ([name, meta]) => [name, { ...meta, key: "meta_clusters" }] as const,
  );
  return Object.fromEntries([...older, ...newer]);
}

/** Where the port of a meta cluster stands. */
export function portPath(name: string, { key }: ConfiguredMetaCluster): readonly string[] {
  return key === "meta_clusters" ? [key, name, "port"] : [key, name];
}
