import { createHash } from "node:crypto";
import { formatAddress, type Node } from "@lighthouse-sd/core";

/** HAProxy keeps ids as positive 32-bit integers. */
const LARGEST_ID = 0x7fffffff;

/** An id for each node that depends on its ip and port: HAProxy's consistent hash places a server by its id and its
 * stick tables name servers by it, so an id must neither move nor be given to another node. Two nodes that hash alike
 * are told apart in the order of their addresses. `reserved` ids are given to nobody. */
export function serverIds(nodes: readonly Node[], reserved: ReadonlySet<number>): ReadonlyMap<Node, number> {
  const byAddress = nodes
    .map((node) => ({ node, address: formatAddress(node.ip, node.port) }))
    .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  const taken = new Set(reserved);
  const ids = new Map<Node, number>();
  for (const { node, address } of byAddress) {
    let id = hashOf(node, address);
    while (taken.has(id)) id = (id % LARGEST_ID) + 1;
    taken.add(id);
    ids.set(node, id);
  }
  return ids;
}

/** Nodes are immutable, and the same objects as long as nothing in them has changed. */
const hashes = new WeakMap<Node, number>();

function hashOf(node: Node, address: string): number {
  let hash = hashes.get(node);
  if (hash === undefined) {
    hash = hashAddress(address);
    hashes.set(node, hash);
  }
  return hash;
}

function hashAddress(address: string): number {
  return (createHash("sha256").update(address).digest().readUInt32BE(0) % LARGEST_ID) + 1;
}
