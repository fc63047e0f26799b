import { readdirSync, readFileSync } from "node:fs";

const DEADLINE_MS = 30_000;

/** Stops a process where it stands, and returns when it does: SIGSTOP alone returns while other threads may still answer.
 * Blocks the caller for that time (usually under a millisecond), so that nothing of a test happens in between. Throws
 * where it is gone. SIGCONT lets it go on. */
export function suspend(pid: number): void {
  process.kill(pid, "SIGSTOP");
  const deadline = performance.now() + DEADLINE_MS;
  while (!stands(pid)) {
    if (performance.now() >= deadline)
      throw new Error(`process ${pid} has not stopped ${DEADLINE_MS} ms after SIGSTOP`);
    Atomics.wait(CLOCK, 0, 0, 1);
  }
}

const CLOCK = new Int32Array(new SharedArrayBuffer(4));

function stands(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => "tT".includes(stateOf(`/proc/${pid}/task/${thread}/stat`)));
}

/** The letter of the kernel; "R" also for a thread that ends while it is looked at: the next look does not find it. */
function stateOf(file: string): string {
  try {
    const stat = readFileSync(file, "utf8");
    return stat.charAt(stat.lastIndexOf(")") + 2);
  } catch {
    return "R";
  }
}
