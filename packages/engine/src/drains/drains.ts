import type { Node } from "@lighthouse-sd/core";
import { addressName } from "../membership/address-order.js";

/** A node that an operator has taken out of rotation on this host, as it was then. */
export interface Drain {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  /** Unix milliseconds. */
  readonly since: number;
}

/** All drains of this host, by cluster. Never changed, only replaced. */
export type Drains = ReadonlyMap<string, readonly Drain[]>;

/** Of a cluster without any. */
export const NO_DRAINS: readonly Drain[] = [];

/** Tells whether a node is drained: one that comes back under its name, or at its address, is the one that left. */
export function drainTest(drains: readonly Drain[]): (node: Pick<Node, "name" | "ip" | "port">) => boolean {
  if (drains.length === 0) return () => false;
  const names = new Set(drains.map(({ name }) => name));
  const addresses = new Set(drains.map(addressName));
  return (node) => names.has(node.name) || addresses.has(addressName(node));
}

/** `drains` with `node` of `cluster` drained. */
export function withDrain(drains: Drains, cluster: string, node: Omit<Drain, "since">, since: number): Drains {
  const { name, ip, port } = node;
  return new Map([...drains, [cluster, [...(drains.get(cluster) ?? NO_DRAINS), { name, ip, port, since }]]]);
}

/** `drains` without those of `cluster` that `node` is drained by. */
export function withoutDrain(drains: Drains, cluster: string, node: Omit<Drain, "since">): Drains {
  const left = (drains.get(cluster) ?? NO_DRAINS).filter((drain) => !drainTest([drain])(node));
  const others = [...drains].filter(([name]) => name !== cluster);
  return new Map(left.length === 0 ? others : [...others, [cluster, left]]);
}
