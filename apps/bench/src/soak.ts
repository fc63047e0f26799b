import { join } from "node:path";
import { tempDirectory } from "@lighthouse-sd/test-servers";
import { type BenchNode, baseNode, fillerNodes, measuredNode } from "./addresses.js";
import { type Column, untilActive } from "./column.js";
import { startLighthouse } from "./lighthouse-column.js";
import { measureMemory } from "./measure-memory.js";
import { untilQuiet } from "./quiet.js";
import type { SoakMark } from "./results.js";
import { heapBytes, heapProbe } from "./runner-heap.js";

/** Members of the cluster besides those that come and go. */
export const SOAK_NODES = 1_000;
const MARKS = [1_000, 10_000, 25_000, 50_000, 75_000, 100_000];
/** Changes that are made at once: as many members come as left the time before, so that every one has to be made. */
const BATCH = 20;
/** Those that come and go are these again and again. */
const POOL = 400;

/** What a soak is run with. */
export interface SoakOptions {
  /** Of the answering server. */
  readonly serverPort: number;
  readonly progress: (what: string) => void;
  readonly started: (column: Column) => void;
}

/** Changes members of one cluster again and again, and looks at the memory of runner and HAProxy. */
export async function soak({ serverPort, progress, started }: SoakOptions): Promise<readonly SoakMark[]> {
  progress("starting");
  const fillers = fillerNodes(SOAK_NODES - 1, serverPort);
  const directory = await tempDirectory("lhs");
  const heapFile = join(directory.path, "heap");
  const column = await startLighthouse("lighthouse", [baseNode(serverPort), ...fillers], {}, heapProbe(heapFile));
  started(column);
  const pool = Array.from({ length: POOL }, (_, index) => measuredNode(index, serverPort));
  const marks: SoakMark[] = [];
  const began = performance.now();
  let changes = 0;
  for (const mark of MARKS) {
    for (; changes < mark; changes += BATCH * 2) await comeAndGo(column, pool, changes / 2);
    await untilQuiet(column);
    const elapsedSeconds = (performance.now() - began) / 1_000;
    // The collection comes first, so that resident memory is read without what was waiting for one.
    const heap = await heapBytes(column.controllerPid, heapFile);
    marks.push({ changes, elapsedSeconds, heapBytes: heap, ...(await measureMemory(column)) });
    progress(`${changes.toLocaleString("en-US")} changes`);
  }
  await column.stop();
  await directory.remove();
  return marks;
}

async function comeAndGo(column: Column, pool: readonly BenchNode[], from: number): Promise<void> {
  const nodes = Array.from({ length: BATCH }, (_, index) => pool[(from + index) % POOL]).filter(
    (node) => node !== undefined,
  );
  for (const move of await column.members.prepare(nodes)) move();
  await untilActive(column, 1 + BATCH);
  column.members.remove(nodes);
  await untilActive(column, 1);
}
