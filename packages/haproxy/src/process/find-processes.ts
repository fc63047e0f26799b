import { readdir, readFile, readlink } from "node:fs/promises";

/** A HAProxy process, found in /proc. */
export interface HAProxyProcess {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since boot at its start: pids are reused, a pid with its start time is not. */
  readonly startTime: number;
}

/** The processes that run on `configFile`, oldest first: those of `binary`, or of another HAProxy given that file. */
export async function processesOn(configFile: string, binary: string): Promise<readonly HAProxyProcess[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(pids.map((pid) => inspect(pid, configFile, binary)));
  return found.filter((process) => process !== undefined).sort((a, b) => a.startTime - b.startTime);
}

async function inspect(pid: number, configFile: string, binary: string): Promise<HAProxyProcess | undefined> {
  try {
    const args = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
    if (!args.some((arg, index) => arg === configFile && args[index - 1] === "-f")) return undefined;
    const executable = (await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
    if (executable !== binary && !/(^|\/)haproxy[^/]*$/.test(executable)) return undefined;
    return await processOf(pid);
  } catch {
    return undefined; // it ended meanwhile, or is not ours to look at
  }
}

/** A process that runs; undefined for one that does not, or that has ended and waits for its parent. */
export async function processOf(pid: number): Promise<HAProxyProcess | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { pid, parent: Number(fields[1]), startTime: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** True where the process still runs. */
export async function isRunning(process: HAProxyProcess): Promise<boolean> {
  return (await processOf(process.pid))?.startTime === process.startTime;
}
