import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Patience } from "./patience.js";

const LOOK_MS = 20;

/** Whether `promise` settles within `limitMs`, however it ends. */
export async function settlesWithin(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController();
  const settle = (): void => settled.abort();
  promise.then(settle, settle);
  const patience = new Patience(limitMs);
  while (!settled.signal.aborted && !patience.isOver())
    await sleep(LOOK_MS, undefined, { signal: settled.signal }).catch(() => undefined);
  return settled.signal.aborted;
}

/** Throws unless `promise` settles within `limitMs`, however it ends. */
export async function assertSettles(limitMs: number, promise: Promise<unknown>, after = "the abort"): Promise<void> {
  assert.ok(await settlesWithin(limitMs, promise), `it did not settle within ${limitMs} ms of ${after}`);
}
