import { type Column, untilActive, untilOneProcess } from "./column.js";
import type { MemberSource } from "./member-source.js";

/** Milliseconds. */
export interface Pair {
  readonly addMs: number;
  readonly removeMs: number;
}

/** One member comes and goes under requests: from the rename of its file to its first answer, and from the removal of
 * its file to the last request that was sent to it (zero where none was). */
export async function measurePair(column: Column, source: MemberSource): Promise<Pair> {
  const { members, traffic } = column;
  const node = source.take();
  const [moveIn] = await members.prepare([node]);
  const added = performance.now();
  moveIn?.();
  const addMs = (await traffic.firstAnswer(node.ip)) - added;
  await untilOneProcess(column);
  const removed = performance.now();
  members.remove([node]);
  const last = await traffic.lastRequest(node.ip);
  await untilActive(column, 1);
  await untilOneProcess(column);
  return { addMs, removeMs: last === undefined ? 0 : Math.max(0, last - removed) };
}
