import type { Cluster, Node } from "@lighthouse-sd/core";
import type { HAProxyBlock } from "./config/haproxy-config.js";
import { ownServers } from "./render/own-servers.js";
import type { ClusterPart } from "./render/render-cluster.js";
import type { RunningServer } from "./runtime/parse-show.js";

/** What a cluster's members are taken from while its source has not told of them yet. */
export interface KnownMembers {
  /** By backend, from the configuration file. */
  readonly inFile: ReadonlyMap<string, readonly Node[]>;
  /** By backend, from the running HAProxy. */
  readonly running: ReadonlyMap<string, readonly RunningServer[]>;
}

/** The clusters to be rendered. One whose nodes are not known yet keeps the members that the file or the running HAProxy
 * has for it; one that neither has is left for later. */
export function desiredParts(clusters: readonly Cluster<HAProxyBlock>[], known: KnownMembers): readonly ClusterPart[] {
  return clusters.flatMap(({ name, metaCluster, config: block, nodes }) => {
    const members = nodes ?? knownMembers(name, block, known);
    return members === undefined ? [] : [{ name, metaCluster, block, nodes: members }];
  });
}

function knownMembers(name: string, block: HAProxyBlock, known: KnownMembers): readonly Node[] | undefined {
  const own = ownServers(block.backend).names;
  const servers = known.inFile.get(name) ?? known.running.get(name)?.map(nodeOf);
  return servers?.filter((server) => !own.has(server.name));
}

function nodeOf({ name, ip, port, initialWeight, backup }: RunningServer): Node {
  const suffix = `:${port}`;
  const host = name.endsWith(suffix) ? name.slice(0, -suffix.length) : ip;
  const metadata = { ...(initialWeight === 1 ? {} : { weight: initialWeight }), ...(backup ? { backup } : {}) };
  return { name, host, ip, port, peer: null, metadata };
}
