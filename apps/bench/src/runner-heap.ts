import { readFile, rm } from "node:fs/promises";
import { waitFor } from "@lighthouse-sd/test-servers";

const PROBE = new URL("heap-probe.js", import.meta.url).href;

/** Environment of a runner whose heap `heapBytes` can ask for; `file` is where it answers. */
export function heapProbe(file: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${PROBE}`, LIGHTHOUSE_BENCH_HEAP_FILE: file };
}

/** Bytes in use in the process, on V8's heap and in buffers, after a collection of all that is not. */
export async function heapBytes(pid: number, file: string): Promise<number> {
  await rm(file, { force: true });
  process.kill(pid, "SIGUSR2");
  const answer = (): Promise<string | undefined> => readFile(file, "utf8").catch(() => undefined);
  return Number(await waitFor(answer, { what: `the heap of process ${pid}` }));
}
