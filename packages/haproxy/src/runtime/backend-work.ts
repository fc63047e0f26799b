import { durationMs, servingHints } from "@lighthouse-sd/core";
import type { HAProxyConfig } from "../config/haproxy-config.js";
import { type Member, membersOf } from "../render/members.js";
import { ownServers } from "../render/own-servers.js";
import type { ClusterPart } from "../render/render-cluster.js";
import { initialService, serverTemplate } from "../render/render-server.js";
import { withFreeId } from "./free-id.js";
import type { RunningServer } from "./parse-show.js";
import type { BackendWork, ServerPair } from "./runtime-engine.js";
import { serverParameters } from "./server-parameters.js";
import type { BackendRules } from "./server-plan.js";

/** What the servers of a cluster's backend have in common at run time. */
export function backendRules(part: ClusterPart, config: HAProxyConfig): BackendRules {
  const template = serverTemplate(part.block.backend, config.defaults, part.block.server_options);
  return {
    backend: part.name,
    template,
    parameters: serverParameters(part, config, template.cookie),
    drainMs: durationMs(part.block.drain ?? config.drain),
    enforce: config.enforce,
  };
}

/** Every server of a cluster's backend, as it should be and as it runs; the operator's own ones left alone. */
export function backendWork(part: ClusterPart, config: HAProxyConfig, running: readonly RunningServer[]): BackendWork {
  const own = ownServers(part.block.backend);
  const servers = new Map(running.filter(({ name }) => !own.names.has(name)).map((server) => [server.name, server]));
  const taken = new Set(running.map(({ id }) => id));
  const pairs: ServerPair[] = membersOf(part.nodes, own).map((member) => {
    const server = servers.get(member.name);
    servers.delete(member.name);
    return { name: member.name, member: server === undefined ? withFreeId(member, taken) : member, server };
  });
  for (const [name, server] of servers) pairs.push({ name, member: undefined, server });
  return { rules: backendRules(part, config), pairs };
}

/** The weights that a configuration file gives to the servers of a cluster. */
export function fileWeights(part: ClusterPart, config: HAProxyConfig): readonly (readonly [string, number])[] {
  const template = serverTemplate(part.block.backend, config.defaults, part.block.server_options);
  return membersOf(part.nodes, ownServers(part.block.backend)).map((member: Member) => [
    `${part.name}/${member.name}`,
    initialService(member, template).weight,
  ]);
}

/** True where any server may be a backup, which only HAProxy's statistics tell. */
export function mayHaveBackups(
  part: Pick<ClusterPart, "block"> & { readonly nodes: ClusterPart["nodes"] | null },
): boolean {
  const isBackup = (text: string): boolean => /\bbackup\b/.test(text);
  return (
    isBackup(part.block.server_options) ||
    part.block.backend.some(isBackup) ||
    (part.nodes ?? []).some((node) => servingHints(node.metadata).backup)
  );
}
