import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether `promise` settles within `limitMs`, however it ends. */
export async function settlesWithin(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(limitMs, false, { signal: timer.signal }).catch(() => true);
  const settled = promise.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, late]);
  timer.abort();
  return inTime;
}

/** Throws unless `promise` settles within `limitMs`, however it ends. */
export async function assertSettles(limitMs: number, promise: Promise<unknown>, after = "the abort"): Promise<void> {
  assert.ok(await settlesWithin(limitMs, promise), `it did not settle within ${limitMs} ms of ${after}`);
}
