import type { HAProxyProcess } from "./find-processes.js";

/** Tells a process to stop listening and to finish what it has. */
function finish(pid: number): void {
  signal(pid, "SIGUSR1");
}

/** Ends a process with all connections it still has. */
export function end(pid: number): void {
  signal(pid, "SIGTERM");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Tells every process but `current` to finish; of those that still do, the newest `keep` may go on. */
export function retire(processes: readonly HAProxyProcess[], current: number, keep: number): readonly HAProxyProcess[] {
  const old = processes.filter((process) => process.pid !== current);
  for (const { pid } of old) finish(pid);
  const ended = old.slice(0, Math.max(0, old.length - keep));
  for (const { pid } of ended) end(pid);
  return ended;
}
