import { type Cluster, formatAddress, type Node, servingHints } from "@lighthouse-sd/core";
import type { AcmeBlock } from "./acme-config.js";

/** The file's text: for every cluster a line `[<label>]`, and below it a line `<ip>:<port> <weight>` for each member. The
 * same members give the same bytes, whatever order they come in. A cluster whose members are not known keeps the lines
 * that it has in `before`. */
export function renderAcme(clusters: readonly Cluster<AcmeBlock>[], before: string): string {
  const sections = clusters.map(({ name, config, nodes }) => {
    const label = config.label ?? name;
    const lines = nodes === null ? standingLines(label, before) : nodes.filter(isServing).map(memberLine).toSorted();
    return [`[${label}]`, ...lines, ""].join("\n");
  });
  return sections.toSorted().join("\n");
}

/** Of metadata nothing reaches the file but what is known to be harmless: a weight is a number here. */
function memberLine({ ip, port, metadata }: Node): string {
  return `${formatAddress(ip, port)} ${servingHints(metadata).weight ?? 1}`;
}

/** A member that is being drained finishes its work, and gets no more. */
function isServing({ metadata }: Node): boolean {
  return !servingHints(metadata).drain;
}

function standingLines(label: string, before: string): readonly string[] {
  const lines = before.split("\n");
  const start = lines.indexOf(`[${label}]`);
  if (start < 0) return [];
  return lines.slice(start + 1, lines.indexOf("", start));
}
