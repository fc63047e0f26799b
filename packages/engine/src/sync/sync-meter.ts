import type { Change, SyncResult } from "@lighthouse-sd/core";

/** What a sync came to, in a word. `converged`: the target confirmed everything. `pending`: on its way without a failure,
 * a drain for example. `unconfirmed`: it is tried again. `failed`: it threw, or could not be called. */
export type SyncWord = "converged" | "pending" | "unconfirmed" | "failed";

/** All of them. */
export const SYNC_WORDS: readonly SyncWord[] = ["converged", "pending", "unconfirmed", "failed"];

/** Counts what one balancer does. */
export interface SyncMeter {
  /** A sync ended, having made `changes`. */
  synced(word: SyncWord, changes: readonly Change[]): void;
  /** Changes of members or configuration have been confirmed; `seconds`: how long each took. */
  confirmed(seconds: readonly number[]): void;
}

/** The word for a result. */
export function syncWord({ converged, syncAgainMs }: SyncResult): SyncWord {
  if (converged) return "converged";
  return syncAgainMs === undefined ? "unconfirmed" : "pending";
}
