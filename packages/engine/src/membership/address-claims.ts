import type { Node } from "@lighthouse-sd/core";
import { addressName } from "./address-order.js";
import { newAddresses } from "./cluster-state.js";

/** Which addresses each cluster has taken into use since this process started. A list that its source does not stand
 * behind now must give them up. */
export class AddressClaims {
  readonly #claims = new Map<string, ReadonlySet<string>>();

  /** `cluster` had `before` (null: nothing was known of it) and its source says `after` now; returns what it newly
   * claims. */
  claim(cluster: string, before: readonly Node[] | null, after: readonly Node[]): ReadonlySet<string> {
    const fresh = newAddresses(before, after);
    const standing = this.#claims.get(cluster);
    if (fresh.size === 0 && standing === undefined) return fresh;
    const current = new Set(after.map(addressName));
    const kept = [...(standing ?? []), ...fresh].filter((address) => current.has(address));
    if (kept.length === 0) this.#claims.delete(cluster);
    else this.#claims.set(cluster, new Set(kept));
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
