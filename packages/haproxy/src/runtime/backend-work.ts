import { durationMs, servingHints } from "@lighthouse-sd/core";
import type { HAProxyConfig } from "../config/haproxy-config.js";
import { argumentsOf } from "../render/directives.js";
import { type Member, membersOf } from "../render/members.js";
import { ownServers } from "../render/own-servers.js";
import { readMembers } from "../render/read-members.js";
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
    balance: balanceOf(part, config),
    drainMs: durationMs(part.block.drain ?? config.drain),
    enforce: config.enforce,
  };
}

/** The algorithm as it is configured; HAProxy's default where it is not. */
function balanceOf({ block }: ClusterPart, config: HAProxyConfig): string {
  const found = [...argumentsOf(config.defaults, "balance"), ...argumentsOf(block.backend, "balance")];
  return found.at(-1)?.join(" ") ?? "roundrobin";
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

/** The weights of the servers that a configuration file lists, by `backend/server`. Where there is no file: those that
 * they should have. */
export function fileWeights(
  parts: readonly ClusterPart[],
  config: HAProxyConfig,
  fileText: string | null,
): ReadonlyMap<string, number> {
  const listed = fileText === null ? undefined : readMembers(fileText);
  return new Map(
    parts.flatMap((part) => {
      const template = serverTemplate(part.block.backend, config.defaults, part.block.server_options);
      const nodes = listed === undefined ? part.nodes : (listed.get(part.name) ?? []);
      return membersOf(nodes, ownServers(part.block.backend)).map((member: Member): [string, number] => [
        `${part.name}/${member.name}`,
        initialService(member, template).weight,
      ]);
    }),
  );
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
