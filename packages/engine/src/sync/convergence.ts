/** Changes of members or configuration that one balancer's target has not confirmed yet, each by the moment it became
 * known (`Clock.elapsed`), oldest first. Never changed, only replaced. */
export interface Unconfirmed {
  /** No sync has taken them in. */
  readonly waiting: readonly number[];
  /** A sync has, and none has been confirmed since. */
  readonly takenIn: readonly number[];
}

/** All is confirmed. */
export const ALL_CONFIRMED: Unconfirmed = { waiting: [], takenIn: [] };

/** A target that never confirms must not cost memory for ever; what waits longest is what counts. */
const MOST_KEPT = 1000;

/** A change became known at `at`. */
export function withChange({ waiting, takenIn }: Unconfirmed, at: number): Unconfirmed {
  const full = waiting.length + takenIn.length >= MOST_KEPT;
  return { waiting: full ? waiting : [...waiting, at], takenIn };
}

/** A sync begins: it works with everything that is known by now. */
export function withSyncBegun({ waiting, takenIn }: Unconfirmed): Unconfirmed {
  return waiting.length === 0 ? { waiting, takenIn } : { waiting: [], takenIn: [...takenIn, ...waiting] };
}

/** The target has confirmed what the last sync that began was given: what stays unconfirmed, and how long each change
 * took until `now`, in seconds. */
export function withConfirmation(
  { waiting, takenIn }: Unconfirmed,
  now: number,
): { readonly unconfirmed: Unconfirmed; readonly seconds: readonly number[] } {
  return { unconfirmed: { waiting, takenIn: [] }, seconds: takenIn.map((at) => (now - at) / 1000) };
}
