import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Patience } from "./patience.js";

/** What keeps working until it is told to stop, by Node's name for it. */
const KINDS: Readonly<Record<string, string>> = {
  Timeout: "a timer",
  TCPWRAP: "a TCP connection",
  TCPSERVERWRAP: "a TCP server",
  PIPEWRAP: "a unix socket or pipe",
  PIPESERVERWRAP: "a unix socket's server",
  UDPWRAP: "a UDP socket",
  PROCESSWRAP: "a child process",
  FSEVENTWRAP: "a watched path",
  STATWATCHER: "a watched file",
  SIGNALWRAP: "a signal handler",
  WORKER: "a worker thread",
};

/** Of each call its own token, so that calls beside one another do not see each other's. */
const inside = new AsyncLocalStorage<object>();

/** Does `work` without what it starts being seen: it belongs to the test, not to what is tried. */
export function unseen<T>(work: () => T): T {
  return inside.exit(work);
}

/** Does `run`, and returns what it started that has not ended `waitMs` later, each with where it was started. Sees what
 * was started by `run` alone, not what a test runner does meanwhile, and also what keeps no process running. */
export async function leftRunning(waitMs: number, run: () => Promise<void>): Promise<readonly string[]> {
  const token = {};
  const alive = new Map<number, string>();
  const hook = createHook({
    init(id, type) {
      const kind = KINDS[type];
      if (kind !== undefined && inside.getStore() === token) alive.set(id, `${kind} started ${origin()}`);
    },
    destroy: (id) => void alive.delete(id),
  }).enable();
  try {
    await inside.run(token, run);
    const patience = new Patience(waitMs);
    while (alive.size > 0 && !patience.isOver()) await unseen(() => sleep(10));
    return [...alive.values()];
  } finally {
    hook.disable();
  }
}

/** The line that has made Node start what a hook is told of. */
function origin(): string {
  // After the message come this function and the hook that has called it.
  const [, , , ...callers] = (new Error().stack ?? "").split("\n");
  return callers.find((line) => !line.includes("node:"))?.trim() ?? "somewhere in Node";
}
