import { formatAddress } from "@lighthouse-sd/core";
import type { HAProxyConfig } from "../config/haproxy-config.js";
import { type Member, membersOf } from "../render/members.js";
import { ownServers } from "../render/own-servers.js";
import type { ClusterPart } from "../render/render-cluster.js";
import { initialService, type ServerTemplate, serverTemplate } from "../render/render-server.js";
import type { RunningServer } from "./parse-show.js";

/** What is to be done so that a running backend has the members it should have. */
export interface MemberChange {
  readonly backend: string;
  readonly server: string;
  readonly action: "add" | "remove" | "change";
  /** What differs, in words; of changes only. */
  readonly detail: string;
}

/** Compares the members a backend should have with the servers that run. Servers of the operator's own directives are no
 * members, and are left alone. */
export function memberChanges(
  { name: backend, block, nodes }: ClusterPart,
  config: HAProxyConfig,
  running: readonly RunningServer[],
): readonly MemberChange[] {
  const own = ownServers(block.backend);
  const template = serverTemplate(block.backend, config.defaults, block.server_options);
  const byName = new Map(running.filter(({ name }) => !own.names.has(name)).map((server) => [server.name, server]));
  const changes: MemberChange[] = [];
  for (const member of membersOf(nodes, own)) {
    const server = byName.get(member.name);
    byName.delete(member.name);
    if (server === undefined) changes.push({ backend, server: member.name, action: "add", detail: "" });
    else {
      const detail = difference(member, template, server);
      if (detail !== "") changes.push({ backend, server: member.name, action: "change", detail });
    }
  }
  for (const name of byName.keys()) changes.push({ backend, server: name, action: "remove", detail: "" });
  return changes;
}

function difference(member: Member, template: ServerTemplate, server: RunningServer): string {
  const { node, id } = member;
  const { weight, backup } = initialService(member, template);
  const [wanted, found] = [formatAddress(node.ip, node.port), formatAddress(server.ip, server.port)];
  return [
    wanted === found ? "" : `address ${found} to ${wanted}`,
    server.id === id ? "" : `id ${server.id} to ${id}`,
    weight === server.initialWeight ? "" : `weight ${server.initialWeight} to ${weight}`,
    backup === server.backup ? "" : backup ? "becomes a backup" : "is no backup any more",
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** The changes of all backends in one sentence: `web: 2 added, 1 removed; api: 1 changed`. */
export function describeMemberChanges(changes: readonly MemberChange[]): string {
  const backends = [...new Set(changes.map((change) => change.backend))];
  const count = (backend: string, action: MemberChange["action"]): number =>
    changes.filter((change) => change.backend === backend && change.action === action).length;
  return backends
    .map((backend) => {
      const counts = [
        [count(backend, "add"), "added"],
        [count(backend, "remove"), "removed"],
        [count(backend, "change"), "changed"],
      ] as const;
      return `${backend}: ${counts.flatMap(([number, verb]) => (number > 0 ? [`${number} ${verb}`] : [])).join(", ")}`;
    })
    .join("; ");
}

/** Why members that differ need a reload where nothing is changed at run time; undefined: none differs. */
export function differences(
  running: ReadonlyMap<string, readonly RunningServer[]>,
  config: HAProxyConfig,
  parts: readonly ClusterPart[],
): string | undefined {
  const changes = parts.flatMap((part) => memberChanges(part, config, running.get(part.name) ?? []));
  return changes.length === 0 ? undefined : `members changed: ${describeMemberChanges(changes)}`;
}
