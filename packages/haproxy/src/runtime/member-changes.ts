import { formatAddress, type Node, servingHints } from "@lighthouse-sd/core";
import { serverIds } from "../render/server-id.js";
import type { RunningServer } from "./parse-show.js";

/** What is to be done so that a running backend has the members it should have. */
export interface MemberChange {
  readonly backend: string;
  readonly server: string;
  readonly action: "add" | "remove" | "change";
  /** What differs, in words; of changes only. */
  readonly detail: string;
}

/** Compares the members a backend should have with the servers that run. */
export function memberChanges(
  backend: string,
  nodes: readonly Node[],
  running: readonly RunningServer[],
): readonly MemberChange[] {
  const byName = new Map(running.map((server) => [server.name, server]));
  const ids = serverIds(nodes);
  const changes: MemberChange[] = [];
  for (const node of nodes) {
    const server = byName.get(node.name);
    byName.delete(node.name);
    if (server === undefined) changes.push({ backend, server: node.name, action: "add", detail: "" });
    else {
      const detail = difference(node, ids.get(node) ?? 0, server);
      if (detail !== "") changes.push({ backend, server: node.name, action: "change", detail });
    }
  }
  for (const name of byName.keys()) changes.push({ backend, server: name, action: "remove", detail: "" });
  return changes;
}

function difference(node: Node, id: number, server: RunningServer): string {
  const { weight, backup, drain } = servingHints(node.metadata);
  const wantedWeight = drain ? 0 : weight;
  const [wanted, found] = [formatAddress(node.ip, node.port), formatAddress(server.ip, server.port)];
  return [
    wanted === found ? "" : `address ${found} to ${wanted}`,
    server.id === id ? "" : `id ${server.id} to ${id}`,
    wantedWeight === undefined || wantedWeight === server.initialWeight
      ? ""
      : `weight ${server.initialWeight} to ${wantedWeight}`,
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
