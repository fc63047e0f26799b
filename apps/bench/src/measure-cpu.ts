import { type Bound, within } from "./bench-plan.js";
import { type Column, untilActive } from "./column.js";
import { CpuMeter } from "./cpu-meter.js";
import type { MemberSource } from "./member-source.js";
import { untilQuiet } from "./quiet.js";
import type { CpuResult } from "./results.js";

/** CPU time of changes one after the other, a member that comes and one that goes by turns, each as soon as HAProxy has
 * the one before; until nothing is left to do for them. */
export async function measureCpu(column: Column, source: MemberSource, bound: Bound): Promise<CpuResult> {
  const nodes = source.takeMany(Math.ceil(bound.count / 2));
  const moves = await column.members.prepare(nodes);
  const meter = await CpuMeter.start(column);
  const began = performance.now();
  const pairs = await within({ count: nodes.length, ms: bound.ms }, async (index) => {
    moves[index]?.();
    await untilActive(column, 2);
    column.members.remove(nodes.slice(index, index + 1));
    await untilActive(column, 1);
  });
  const elapsedSeconds = (performance.now() - began) / 1_000;
  await untilQuiet(column);
  return { changes: pairs * 2, ...(await meter.stop()), elapsedSeconds };
}

/** Of several blocks together. */
export function sumCpu(blocks: readonly CpuResult[]): CpuResult {
  const total = (key: keyof CpuResult): number => blocks.reduce((sum, block) => sum + block[key], 0);
  return {
    changes: total("changes"),
    controllerSeconds: total("controllerSeconds"),
    haproxySeconds: total("haproxySeconds"),
    elapsedSeconds: total("elapsedSeconds"),
  };
}
