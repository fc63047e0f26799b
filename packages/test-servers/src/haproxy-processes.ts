import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";
import { waitFor } from "./wait-for.js";

/** A running HAProxy. */
export interface HaproxyProcess {
  readonly pid: number;
  readonly args: readonly string[];
}

/** Every HAProxy of this machine that was started with a path below `directory`, by pid. */
export async function haproxyProcesses(directory: string): Promise<readonly HaproxyProcess[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(pids.map((pid) => describe(pid, directory)));
  return found.filter((entry) => entry !== undefined).sort((a, b) => a.pid - b.pid);
}

/** Kills those, and only those, and waits until they are gone. */
export async function killHaproxies(directory: string, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  await waitFor(
    async () => {
      const running = await haproxyProcesses(directory);
      for (const { pid } of running) kill(pid, signal);
      return running.length === 0;
    },
    { what: `every HAProxy of ${directory} to end after ${signal}` },
  );
}

async function describe(pid: number, directory: string): Promise<HaproxyProcess | undefined> {
  try {
    // Empty for a process that has ended and was not yet waited for.
    const args = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1);
    if (!args.some((arg) => arg.startsWith(`${directory}/`))) return undefined;
    return basename(await readlink(`/proc/${pid}/exe`)).startsWith("haproxy") ? { pid, args } : undefined;
  } catch {
    return undefined;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
