import { type Node, nodeChanges } from "@lighthouse-sd/core";
import { addressName } from "./address-order.js";

/** Which addresses each cluster has taken into use since this process started. A list that its source does not stand
 * behind now must give them up. */
export class AddressClaims {
  /** With the time of the claim, as `Clock.elapsed`. */
  readonly #claims = new Map<string, Map<string, number>>();

  /** `cluster` had `before` and its source says `after` at `at`; returns what it newly claims. */
  claim(cluster: string, before: readonly Node[], after: readonly Node[], at: number): ReadonlySet<string> {
    const changes = nodeChanges(before, after);
    const left = new Set(changes.flatMap(({ before: old }) => (old === undefined ? [] : [addressName(old)])));
    const come = new Set(changes.flatMap(({ after: now }) => (now === undefined ? [] : [addressName(now)])));
    const standing = this.#claims.get(cluster) ?? new Map();
    for (const address of left) if (!come.has(address)) standing.delete(address);
    const fresh = new Set([...come].filter((address) => !left.has(address)));
    for (const address of fresh) standing.set(address, at);
    if (standing.size > 0) this.#claims.set(cluster, standing);
    else this.#claims.delete(cluster);
    return fresh;
  }

  forget(cluster: string): void {
    this.#claims.delete(cluster);
  }

  /** Those of `addresses` that another cluster has claimed at `since` or after it, and later than `cluster` itself. */
  newerElsewhere(cluster: string, addresses: readonly string[], since: number): ReadonlySet<string> {
    const own = this.#claims.get(cluster);
    const others = [...this.#claims].flatMap(([name, claims]) => (name === cluster ? [] : [claims]));
    return new Set(
      addresses.filter((address) => {
        const claimedAt = own?.get(address) ?? Number.NEGATIVE_INFINITY;
        return others.some((claims) => {
          const at = claims.get(address) ?? Number.NEGATIVE_INFINITY;
          return at >= since && at > claimedAt;
        });
      }),
    );
  }

  /** What clusters other than `cluster` have claimed and still have. */
  ofOthers(cluster: string): ReadonlySet<string> {
    return new Set([...this.#claims].flatMap(([name, addresses]) => (name === cluster ? [] : [...addresses.keys()])));
  }
}
