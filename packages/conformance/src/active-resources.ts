import { setTimeout as sleep } from "node:timers/promises";

const WAIT_MS = 3000;

/** What keeps this process running now: how many timers, sockets, child processes, … */
export function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** What there is more of than `before`, once that has settled; empty where nothing is. Test runners have timers of their
 * own that come and go, so that one look without anything more is enough. */
export async function leftOver(before: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const more = [...activeResources()].filter(([type, count]) => count > (before.get(type) ?? 0));
    if (more.length === 0) return [];
    if (performance.now() > deadline) return more.map(([type, count]) => `${count - (before.get(type) ?? 0)} ${type}`);
    await sleep(20);
  }
}
