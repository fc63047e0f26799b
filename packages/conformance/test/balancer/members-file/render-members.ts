import { type Cluster, formatAddress, servingHints } from "@lighthouse-sd/core";
import type { MembersBlock } from "./members-config.js";

/** The file's text: a line `<cluster> <ip:port> <host>` for every member, in one order whatever order they come in. A
 * cluster whose members are not known keeps the lines it has in `before`. */
export function renderMembers(clusters: readonly Cluster<MembersBlock>[], before: string): string {
  const lines = clusters.flatMap((cluster) => linesOf(cluster) ?? standingLines(cluster.name, before));
  return lines
    .toSorted()
    .map((line) => `${line}\n`)
    .join("");
}

function linesOf({ name, nodes, config }: Cluster<MembersBlock>): readonly string[] | undefined {
  return nodes
    ?.filter(({ metadata }) => config.list_draining || !servingHints(metadata).drain)
    .map(({ ip, port, host }) => `${name} ${formatAddress(ip, port)} ${host}`);
}

function standingLines(cluster: string, before: string): readonly string[] {
  return before.split("\n").filter((line) => line.startsWith(`${cluster} `));
}
