import type { Cluster, Problem } from "@lighthouse-sd/core";
import type { NginxBlock, NginxConfig } from "./nginx-config.js";
import { upstreamOf } from "./render-upstream.js";

type ClusterDefinition = Omit<Cluster<NginxBlock>, "nodes" | "live">;

/** nginx does not tell names apart by case; `include *.conf` leaves out what begins with a dot. */
export function validateClusters(_config: NginxConfig, clusters: readonly ClusterDefinition[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return clusters.flatMap(({ name, config }): readonly Problem[] => {
    if (!/^[A-Za-z0-9]/.test(name)) {
      const message = `a cluster for nginx has to begin with a letter or a digit, got "${name}"`;
      return [{ path: [name], message }];
    }
    const upstream = upstreamOf(name, config);
    const owner = owners.get(upstream.toLowerCase());
    if (owner === undefined) {
      owners.set(upstream.toLowerCase(), name);
      return [];
    }
    const message = `cluster ${owner} has the upstream "${upstream}" already; give one of them another one`;
    return [{ path: config.upstream === undefined ? [name] : [name, "upstream"], message }];
  });
}
