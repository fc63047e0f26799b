import { setTimeout as delay } from "node:timers/promises";
import type { CallOptions } from "@lighthouse-sd/core";
import { processAnswers } from "../runtime/observe.js";

const POLL_MS = 25;
const LIMIT_MS = 15_000;

/** What the process that is waited for must be. */
export interface Awaited {
  readonly socketFile: string;
  readonly structure: string;
  /** True for a pid that may be the new process's. */
  readonly isNew: (pid: number) => boolean;
  /** False once there is nothing to wait for any more. */
  readonly mayCome: () => Promise<boolean>;
}

/** The pid of the new process once it answers; undefined if it does not come. */
export async function awaitProcess(awaited: Awaited, { signal }: CallOptions): Promise<number | undefined> {
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const pid = await processAnswers(awaited.socketFile, awaited, { signal });
    if (pid !== undefined) return pid;
    if (!(await awaited.mayCome())) return undefined;
    await delay(POLL_MS, undefined, { signal });
  }
  return undefined;
}
