import { isDeepStrictEqual } from "node:util";
import { type Node, nodePlace } from "@lighthouse-sd/core";
import { addressName, compareAddresses } from "./address-order.js";
import type { Reading, ReadingsChange } from "./read-records.js";

/** Members, by name. */
export interface DistinctNodes {
  readonly nodes: readonly Node[];
  /** True: none shares its address or its name with another record. */
  readonly isPlain: boolean;
}

/** The members that readings stand for: one for each ip and port, each with a name of its own, by name. The same
 * whatever the order of the readings. A node that equals one of `before` is that object, and a list that equals
 * `before` is that array. */
export function distinctNodes(readings: readonly Reading[], before: readonly Node[]): DistinctNodes {
  const single = onePerAddress(readings);
  const named = withOwnNames(single);
  const isPlain =
    named.every((node, index) => node === single[index]) &&
    single.length === readings.reduce((count, { node }) => count + (node === null ? 0 : 1), 0);
  named.sort((a, b) => compareText(a.name, b.name));
  const known = new Map(before.map((node) => [node.name, node]));
  const nodes = named.map((node) => {
    const old = known.get(node.name);
    return old !== undefined && (old === node || isDeepStrictEqual(old, node)) ? old : node;
  });
  const same = before.length === nodes.length && nodes.every((node, index) => node === before[index]);
  return { nodes: same ? before : nodes, isPlain };
}

/** More changes than this are as much work as all nodes. */
const FEW = 32;

/** `nodes` after a few of the records they stand for have changed, without looking into the others; undefined where the
 * change touches the address or the name of another one, or is not that small. `nodes` must stand for each record under
 * its own name. */
export function withChangedNodes(
  nodes: readonly Node[],
  { removed, added }: Pick<ReadingsChange, "removed" | "added">,
): readonly Node[] | undefined {
  if (removed.length > FEW || added.length > FEW) return undefined;
  const [old, now] = [nodesIn(removed), nodesIn(added)];
  const [left, joined] = [old.filter((node) => !now.includes(node)), now.filter((node) => !old.includes(node))];
  if (left.length === 0 && joined.length === 0) return nodes;
  const after = [...nodes];
  for (const node of left) {
    const place = nodePlace(after, node.name);
    if (after[place] !== node) return undefined;
    after.splice(place, 1);
  }
  for (const node of joined) {
    const place = nodePlace(after, node.name);
    if (place >= 0 || after.some(({ ip, port }) => port === node.port && ip === node.ip)) return undefined;
    after.splice(-1 - place, 0, node);
  }
  return after;
}

function nodesIn(readings: readonly Reading[]): readonly Node[] {
  return readings.flatMap(({ node }) => node ?? []);
}

/** Orders text by code units: the same on every host, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of records with the same ip and port one counts: a good one before one that stands at its last good value, then the
 * one whose source sorts first. */
function onePerAddress(readings: readonly Reading[]): Node[] {
  const winners = new Map<string, Reading & { node: Node }>();
  for (const reading of readings) {
    if (reading.node === null) continue;
    const candidate = reading as Reading & { node: Node };
    const address = addressName(reading.node);
    const winner = winners.get(address);
    if (winner === undefined || beats(candidate, winner)) winners.set(address, candidate);
  }
  return [...winners.values()].map(({ node }) => node);
}

function beats(candidate: Reading, winner: Reading): boolean {
  if ((candidate.reason === null) !== (winner.reason === null)) return candidate.reason === null;
  return compareText(candidate.source, winner.source) < 0;
}

/** Gives every node a name of its own. Of several that claim one, the lowest address keeps it and the others are named
 * by their address; whose address the name is, comes first, for it has no other to go to. */
function withOwnNames(nodes: readonly Node[]): Node[] {
  let claims = nodes;
  for (;;) {
    const holders = new Map<string, Node>();
    for (const node of claims) {
      const holder = holders.get(node.name);
      if (holder === undefined || yields(holder, node)) holders.set(node.name, node);
    }
    if (holders.size === claims.length) return [...claims];
    claims = claims.map((node) => (holders.get(node.name) === node ? node : { ...node, name: addressName(node) }));
  }
}

function yields(holder: Node, other: Node): boolean {
  if (addressName(holder) === holder.name) return false;
  return addressName(other) === other.name || compareAddresses(other, holder) < 0;
}
