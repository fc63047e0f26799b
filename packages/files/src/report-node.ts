import { setTimeout as sleep } from "node:timers/promises";
import type { Registration } from "@lighthouse-sd/core";
import { ReportedFile } from "./reported-file.js";

/** How often a reporter looks whether its file is still there, in milliseconds. */
const LOOK_MS = 1000;
/** How long a report goes on after its abort at most, in milliseconds: a network file system can hang for ever. */
const LONGEST_END_MS = 3000;
const PARTS = 30;

/** What a report keeps, and how. */
export interface NodeReport {
  readonly path: string;
  readonly text: string;
  /** Milliseconds between two refreshes; Infinity: it is only kept there. */
  readonly refreshMs: number;
}

/** Keeps the file there and fresh until `signal` aborts, then removes it, unless it is to be kept or another reporter has
 * it now. What fails before is told to `registration` and tried again. */
export async function reportNode(report: NodeReport, registration: Registration, signal: AbortSignal): Promise<void> {
  const file = new ReportedFile(report.path, report.text, report.refreshMs);
  const ended = keepThere(file, Math.min(LOOK_MS, report.refreshMs), registration, signal).then(() =>
    registration.keep ? undefined : file.withdraw(),
  );
  const settled = new AbortController();
  try {
    await Promise.race([ended, hangs(report.path, signal, settled.signal)]);
  } finally {
    settled.abort();
  }
}

async function keepThere(
  file: ReportedFile,
  lookMs: number,
  registration: Registration,
  signal: AbortSignal,
): Promise<void> {
  let failing: string | undefined;
  while (!signal.aborted) {
    try {
      if ((await file.look()) || failing !== undefined) registration.registered();
      failing = undefined;
    } catch (error) {
      const reason = `cannot report to ${file.path}: ${(error as Error).message}`;
      if (reason !== failing) registration.lost(new Error(reason, { cause: error }));
      failing = reason;
    }
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Rejects when the time for an end that has not come is over. */
async function hangs(path: string, signal: AbortSignal, settled: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true, signal: settled });
    settled.addEventListener("abort", () => resolve(), { once: true });
  });
  // In parts: time in which this process stood still is no fault of the file system.
  for (let part = 0; part < PARTS && !settled.aborted; part++)
    await sleep(LONGEST_END_MS / PARTS, undefined, { signal: settled }).catch(() => undefined);
  if (settled.aborted) return;
  throw new Error(`the file system of ${path} does not answer; the file counts as gone after its ttl`);
}
