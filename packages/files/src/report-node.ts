import { mkdir, readFile, stat, unlink, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { isMissing } from "./known-file.js";

/** How often a reporter looks whether its file is still there. */
const LOOK_MS = 1000;

/** A file that a reporter keeps. */
export interface ReportedFile {
  readonly path: string;
  readonly text: string;
  /** Milliseconds between two refreshes; Infinity: it is only kept there. */
  readonly refreshMs: number;
}

/** Keeps the file there and fresh until `signal` aborts, then removes it. Never rejects: what fails is logged once and
 * tried again. */
export async function keepReported(file: ReportedFile, log: Logger, signal: AbortSignal): Promise<void> {
  let failing: string | undefined;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    try {
      const due = performance.now() - refreshedAt >= file.refreshMs;
      if (due || !(await isThere(file.path))) {
        await refresh(file);
        refreshedAt = performance.now();
      }
      if (failing !== undefined) log.info(`${file.path} is written again`);
      failing = undefined;
    } catch (error) {
      const reason = (error as Error).message;
      if (reason !== failing) log.error(`cannot report to ${file.path}: ${reason}; trying again`);
      failing = reason;
    }
    await sleep(Math.min(LOOK_MS, file.refreshMs), undefined, { signal }).catch(() => undefined);
  }
  await withdraw(file, log);
}

async function refresh({ path, text }: ReportedFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (await writeFileAtomic(path, text)) return;
  const now = new Date();
  await utimes(path, now, now);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Removes the file, unless another reporter has put its own there. */
async function withdraw({ path, text }: ReportedFile, log: Logger): Promise<void> {
  try {
    if ((await readFile(path, "utf8")) === text) await unlink(path);
  } catch (error) {
    if (isMissing(error)) return;
    log.error(
      `cannot withdraw ${path}: ${(error as Error).message}; remove it by hand, or it counts as gone after its ttl`,
    );
  }
}
