import type { Node } from "@lighthouse-sd/core";
import { distinctNodes, withChangedNodes } from "./distinct-nodes.js";
import { type Reading, readRecords, rememberedReadings } from "./read-records.js";

/** All that one source says of a cluster. Never changed, only replaced. */
export interface Readings {
  /** What became of each record. */
  readonly list: readonly Reading[];
  /** The members that they stand for, by name. */
  readonly nodes: readonly Node[];
  /** True: each of `nodes` is the node of one record, under the name it has there, and each good record's node is one of
   * them. */
  readonly isPlain: boolean;
}

/** Nothing was read. */
export const NOTHING_READ: Readings = { list: [], nodes: [], isPlain: true };

/** `before`, after its source has given a full list of `records`. Returns `before` itself where nothing has changed, and
 * its `nodes` where none of them has. */
export function withRecords(before: Readings, records: readonly unknown[]): Readings {
  const change = readRecords(before.list, records);
  const { list } = change;
  if (list === before.list) return before;
  const nodes = before.isPlain ? withChangedNodes(before.nodes, change) : undefined;
  return nodes === undefined ? { list, ...distinctNodes(list, before.nodes) } : { ...before, list, nodes };
}

/** What was known before the source has said anything. */
export function remembered(entries: readonly { readonly source: string; readonly node: Node }[]): Readings {
  const list = rememberedReadings(entries);
  return { list, ...distinctNodes(list, []) };
}

/** `before` without the records whose node is not to stay; `nodes` without them too. */
export function withoutNodes(before: Readings, stays: (node: Node) => boolean): Readings {
  const list = before.list.filter(({ node }) => node !== null && stays(node));
  return { list, ...distinctNodes(list, before.nodes) };
}
