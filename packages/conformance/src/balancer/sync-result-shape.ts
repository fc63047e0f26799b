import assert from "node:assert/strict";
import type { Change, SyncResult } from "@lighthouse-sd/core";

/** Throws where a sync returned something that the engine cannot use. */
export function assertSyncResult(result: unknown): asserts result is SyncResult {
  assert.ok(typeof result === "object" && result !== null, "syncFile must resolve to a SyncResult");
  const { converged, changes, problems, syncAgainMs } = result as Partial<Record<keyof SyncResult, unknown>>;
  assert.equal(typeof converged, "boolean", "SyncResult.converged must be true or false");
  assertChanges(changes, "SyncResult.changes");
  if (problems !== undefined) assert.ok(Array.isArray(problems), "SyncResult.problems must be a list");
  if (syncAgainMs !== undefined) {
    const usable = typeof syncAgainMs === "number" && syncAgainMs >= 0 && Number.isFinite(syncAgainMs);
    assert.ok(usable, `SyncResult.syncAgainMs must be a number of milliseconds, got ${syncAgainMs}`);
  }
}

/** Throws where `changes` is no list of changes. */
export function assertChanges(changes: unknown, what: string): asserts changes is readonly Change[] {
  assert.ok(Array.isArray(changes), `${what} must be a list`);
  for (const change of changes as readonly Partial<Change>[]) {
    assert.match(change.kind ?? "", /^(?:file|runtime|reload)$/, `${what}: kind must be file, runtime or reload`);
    assert.ok(change.target, `${what}: a change must name its target`);
    assert.ok(change.action, `${what}: a change must say what is done, a reload why`);
  }
}
