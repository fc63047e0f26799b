import { baseNode, fillerNodes } from "./addresses.js";
import { type BenchPlan, within } from "./bench-plan.js";
import { type Column, runningServers } from "./column.js";
import { startFloor } from "./floor-column.js";
import { startLighthouse } from "./lighthouse-column.js";
import { measureBurst } from "./measure-burst.js";
import { measureCpu, sumCpu } from "./measure-cpu.js";
import { measureLongLived } from "./measure-long-lived.js";
import { measureMemory } from "./measure-memory.js";
import { measurePair, type Pair } from "./measure-pair.js";
import { MemberSource } from "./member-source.js";
import { untilQuiet } from "./quiet.js";
import type { ColumnName, ColumnResult, CpuResult, SizeResult } from "./results.js";

/** What a size is measured with. */
export interface SizeOptions {
  readonly nodes: number;
  readonly plan: BenchPlan;
  /** Of the answering server. */
  readonly serverPort: number;
  /** Called with what is being done. */
  readonly progress: (what: string) => void;
  /** Called with what has to be ended, should the run end early. */
  readonly started: (column: Column) => void;
}

/** Starts all three columns with so many members, measures them by turns, and ends them. */
export async function measureSize(options: SizeOptions): Promise<SizeResult> {
  const columns = await startColumns(options);
  const measured = await measureColumns(columns, options);
  await Promise.all(columns.map((column) => column.stop()));
  return {
    nodes: options.nodes,
    burst: options.plan.burst,
    columns: Object.fromEntries(measured) as unknown as Readonly<Record<ColumnName, ColumnResult>>,
  };
}

async function startColumns({ nodes, serverPort, progress, started }: SizeOptions): Promise<readonly Column[]> {
  progress("starting");
  const members = [baseNode(serverPort), ...fillerNodes(nodes - 1, serverPort)];
  const columns: Column[] = [];
  const add = (column: Column): Column => {
    columns.push(column);
    started(column);
    return column;
  };
  const lighthouse = add(await startLighthouse("lighthouse", members));
  add(await startLighthouse("reload-always", members, { runtime: false, restart_interval: 0 }));
  add(await startFloor(lighthouse, members));
  await Promise.all(columns.map(untilQuiet));
  for (const column of columns) {
    const running = (await runningServers(column)).size;
    if (running !== nodes) throw new Error(`${column.name}: ${nodes} members are there, HAProxy runs ${running}`);
  }
  return columns;
}

async function measureColumns(
  columns: readonly Column[],
  { plan, serverPort, progress }: SizeOptions,
): Promise<readonly (readonly [ColumnName, ColumnResult])[]> {
  const source = new MemberSource(serverPort);
  const pairs: Pair[][] = columns.map(() => []);
  const bursts: number[][] = columns.map(() => []);
  const blocks: CpuResult[][] = columns.map(() => []);
  const byTurns = async (step: (column: Column, index: number) => Promise<void>): Promise<void> => {
    for (const [index, column] of columns.entries()) await step(column, index);
  };

  await byTurns(({ traffic }) => traffic.warmUp());
  // The changes that are counted in CPU time come first: Node.js has compiled what they use before single ones are timed.
  progress("CPU time");
  await within(plan.cpuBlocks, () =>
    byTurns(async (column, index) => void blocks[index]?.push(await measureCpu(column, source, plan.cpuChanges))),
  );
  const memory = await Promise.all(columns.map(measureMemory));
  progress("one added, one removed");
  await within(plan.pairs, () =>
    byTurns(async (column, index) => {
      pairs[index]?.push(await measurePair(column, source));
      // What one does afterwards must not be in the way of the next.
      await untilQuiet(column);
    }),
  );
  progress(`${plan.burst} at once`);
  await within(plan.bursts, () =>
    byTurns(async (column, index) => void bursts[index]?.push(await measureBurst(column, source, plan.burst))),
  );
  progress("long-lived connections");
  const longLived = await measureLongLived(columns, source, plan.longLived);

  return columns.map((column, index) => [
    column.name,
    {
      addMs: (pairs[index] ?? []).map(({ addMs }) => addMs),
      removeMs: (pairs[index] ?? []).map(({ removeMs }) => removeMs),
      burstMs: bursts[index] ?? [],
      cpu: sumCpu(blocks[index] ?? []),
      memory: memory[index] as ColumnResult["memory"],
      longLived: longLived[index] as ColumnResult["longLived"],
      failedRequests: column.traffic.failures,
      requests: column.traffic.requests,
    },
  ]);
}
