/** How events become calls, in milliseconds. */
export interface Settle {
  /** Quiet time that ends a burst. */
  readonly minMs: number;
  /** The longest an event waits for quiet. */
  readonly maxMs: number;
}

/** Events that no sync has taken in yet; times are `Clock.elapsed`. */
export interface Pending {
  readonly firstAt: number;
  readonly lastAt: number;
  /** True: all of them are the plugin's own requests. */
  readonly onlyRequests: boolean;
}

/** `pending` with one more event. */
export function withEvent(pending: Pending | undefined, now: number, isRequest: boolean): Pending {
  return {
    firstAt: pending?.firstAt ?? now,
    lastAt: now,
    onlyRequests: isRequest && (pending?.onlyRequests ?? true),
  };
}

/** When the sync for `pending` is due. The first event after a quiet time: at once. Later ones: when it has been quiet
 * for the shortest time, and never later than the longest after the first, so that nothing starves. A plugin that asks
 * for a sync in each of its syncs gets one in the longest time, not one after another. */
export function dueAt(
  pending: Pending,
  last: { readonly startAt: number; readonly endAt: number },
  settle: Settle,
): number {
  if (pending.onlyRequests && pending.firstAt < last.startAt + settle.maxMs) return last.startAt + settle.maxMs;
  if (pending.firstAt >= last.endAt + settle.minMs) return pending.firstAt;
  return Math.min(pending.lastAt + settle.minMs, pending.firstAt + settle.maxMs);
}

/** Before the first sync of all. */
export const NEVER: { readonly startAt: number; readonly endAt: number } = {
  startAt: Number.NEGATIVE_INFINITY,
  endAt: Number.NEGATIVE_INFINITY,
};
