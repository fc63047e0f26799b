import type { ClusterProblem } from "@lighthouse-sd/core";
import type { HAProxyConfig } from "./config/haproxy-config.js";
import { lastArgument } from "./render/directives.js";
import type { ClusterPart } from "./render/render-cluster.js";

/** HAProxy gives roundrobin this many turns in one backend; servers beyond them get almost no requests. */
const ROUNDROBIN_LIMIT = 4095;

/** What HAProxy accepts but a person should know. */
export function clusterNotices(config: HAProxyConfig, parts: readonly ClusterPart[]): readonly ClusterProblem[] {
  return [...olderKeys(config), ...parts.flatMap((part) => roundrobinNotice(config, part))];
}

function olderKeys(config: HAProxyConfig): ClusterProblem[] {
  if (Object.keys(config.meta_cluster_ports).length === 0) return [];
  const message = "is the older form of meta_clusters, which takes frontend directives too: meta_clusters.<name>.port";
  return [{ cluster: null, path: ["meta_cluster_ports"], message, atKey: true }];
}

function roundrobinNotice(config: HAProxyConfig, { name, block, nodes }: ClusterPart): ClusterProblem[] {
  const algorithm = lastArgument(block.backend, "balance") ?? lastArgument(config.defaults, "balance") ?? "roundrobin";
  if (nodes.length <= ROUNDROBIN_LIMIT || algorithm !== "roundrobin") return [];
  const message =
    `has ${nodes.length} nodes; balance roundrobin serves at most ${ROUNDROBIN_LIMIT} of them as it should: ` +
    "use leastconn or random";
  return [{ cluster: name, path: ["backend"], message }];
}
