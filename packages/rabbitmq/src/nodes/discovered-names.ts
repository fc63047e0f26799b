import type { Node } from "@lighthouse-sd/core";
import { isNodeName, wantedName } from "./node-name.js";

/** What discovery says of a cluster's brokers. */
export interface Discovered {
  /** Where each is, by its Erlang node's name. */
  readonly brokers: ReadonlyMap<string, Node>;
  /** One sentence for each node that has no usable name. */
  readonly dropped: readonly string[];
}

/** The brokers among `nodes`, by their Erlang nodes' names. */
export function discoveredNames(nodes: readonly Node[], template: string): Discovered {
  const brokers = new Map<string, Node>();
  const dropped: string[] = [];
  for (const node of [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = wantedName(node, template);
    if (!isNodeName(name)) dropped.push(`${node.name} is left out: ${shown(name)} is no Erlang node's name`);
    else if (!brokers.has(name)) brokers.set(name, node);
  }
  return { brokers, dropped };
}

function shown(name: unknown): string {
  const text = JSON.stringify(name);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
