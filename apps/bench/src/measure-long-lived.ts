import { haproxyProcesses } from "@lighthouse-sd/test-servers";
import { type Column, untilActive } from "./column.js";
import { EndlessConnections } from "./endless-connections.js";
import type { MemberSource } from "./member-source.js";
import type { LongLivedResult } from "./results.js";

const SETTLED_MS = 500;

/** Changes, while connections are opened that stay: some before each change, as clients come all the time. In all columns
 * by turns. Gives the results in the order of `columns`. */
export async function measureLongLived(
  columns: readonly Column[],
  source: MemberSource,
  plan: { readonly connections: number; readonly changes: number },
): Promise<readonly LongLivedResult[]> {
  const rounds = plan.changes / 2;
  const held = columns.map((column) => ({ column, connections: new EndlessConnections(column.port) }));
  try {
    for (let round = 1; round <= rounds; round++) {
      const node = source.take();
      for (const { column, connections } of held) {
        await connections.open(Math.floor((plan.connections * round) / rounds) - connections.opened);
        for (const move of await column.members.prepare([node])) move();
        await untilActive(column, 2);
        column.members.remove([node]);
        await untilActive(column, 1);
      }
    }
    const results: LongLivedResult[] = [];
    for (const { column, connections } of held) {
      const oldProcesses = (await settledProcesses(column)) - 1;
      const { opened, stillOpen } = connections;
      results.push({ changes: rounds * 2, opened, stillOpen, oldProcesses });
    }
    return results;
  } finally {
    for (const { connections } of held) connections.closeAll();
  }
}

/** How many HAProxy processes there are once that number stays the same: those without a connection end soon. */
async function settledProcesses(column: Column): Promise<number> {
  let count = -1;
  let since = performance.now();
  while (performance.now() - since < SETTLED_MS) {
    const now = (await haproxyProcesses(column.directory)).length;
    if (now !== count) since = performance.now();
    count = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return count;
}
