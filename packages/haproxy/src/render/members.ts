import type { Node } from "@lighthouse-sd/core";
import type { OwnServers } from "./own-servers.js";
import { serverIds } from "./server-id.js";

/** A node as a server of its cluster's backend. */
export interface Member {
  readonly node: Node;
  /** The server's name: the node's, unless the operator has a server of that name there. */
  readonly name: string;
  readonly id: number;
}

/** The members of a backend by name, beside the servers that it has anyway. */
export function membersOf(nodes: readonly Node[], own: OwnServers): readonly Member[] {
  const ids = serverIds(nodes, own.ids);
  return nodes
    .map((node) => ({ node, name: nameOf(node, own.names), id: ids.get(node) ?? 0 }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function nameOf({ name, ip, port }: Node, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let other = `${ip}:${port}`;
  while (taken.has(other)) other += "-member";
  return other;
}
