import { type Column, runningServers, untilActive } from "./column.js";
import type { MemberSource } from "./member-source.js";
import { untilQuiet } from "./quiet.js";

/** Many members at once: milliseconds from the first rename until HAProxy has all of them up and out of maintenance. They
 * leave again afterwards. */
export async function measureBurst(column: Column, source: MemberSource, size: number): Promise<number> {
  const nodes = source.takeMany(size);
  const moveIn = await column.members.prepare(nodes);
  const began = performance.now();
  for (const move of moveIn) move();
  const ms = (await untilActive(column, size + 1)) - began;
  const running = await runningServers(column);
  const missing = nodes.filter(({ ip }) => !running.has(ip));
  if (missing.length > 0) {
    throw new Error(`${column.name}: HAProxy counts ${size + 1} active servers, but ${missing[0]?.ip} does not run`);
  }
  column.members.remove(nodes);
  await untilActive(column, 1);
  await untilQuiet(column);
  return ms;
}
