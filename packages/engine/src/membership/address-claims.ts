import { type Node, nodeChanges } from "@lighthouse-sd/core";
import { addressName } from "./address-order.js";

/** Which addresses each cluster has taken into use since this process started. A list that its source does not stand
 * behind now must give them up. */
export class AddressClaims {
  readonly #claims = new Map<string, Set<string>>();

  /** `cluster` had `before` and its source says `after` now; returns what it newly claims. */
  claim(cluster: string, before: readonly Node[], after: readonly Node[]): ReadonlySet<string> {
    const changes = nodeChanges(before, after);
    const left = new Set(changes.flatMap(({ before: old }) => (old === undefined ? [] : [addressName(old)])));
    const come = new Set(changes.flatMap(({ after: now }) => (now === undefined ? [] : [addressName(now)])));
    const standing = this.#claims.get(cluster) ?? new Set();
    for (const address of left) if (!come.has(address)) standing.delete(address);
    const fresh = new Set([...come].filter((address) => !left.has(address)));
    for (const address of fresh) standing.add(address);
    if (standing.size > 0) this.#claims.set(cluster, standing);
    else this.#claims.delete(cluster);
    return fresh;
  }

  forget(cluster: string): void {
    this.#claims.delete(cluster);
  }

  /** What clusters other than `cluster` have claimed and still have. */
  ofOthers(cluster: string): ReadonlySet<string> {
    return new Set([...this.#claims].flatMap(([name, addresses]) => (name === cluster ? [] : [...addresses])));
  }
}
