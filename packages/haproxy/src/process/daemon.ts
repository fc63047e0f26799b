import { readFile, rename, rm } from "node:fs/promises";
import type { CallOptions } from "@lighthouse-sd/core";
import { runProgram } from "@lighthouse-sd/plugin-kit";
import { parseErrors } from "../check/parse-messages.js";
import { awaitProcess } from "./await-process.js";
import { isRunning, processOf } from "./find-processes.js";
import { end } from "./old-processes.js";
import { failed, type StartOutcome } from "./start-outcome.js";

const TIME_LIMIT_MS = 60_000;
const NO_SOCKETS = "Failed to get the sockets from the old process";

/** A HAProxy to be started as a daemon. */
export interface DaemonStart {
  readonly binary: string;
  readonly configFile: string;
  readonly extraFiles: readonly string[];
  readonly pidFile: string;
  readonly socketFile: string;
  /** What it answers once it has loaded the file. */
  readonly structure: string;
  /** The admin socket of the process whose listeners it takes over; undefined: there is none. */
  readonly takeOverFrom: string | undefined;
}

/** Starts a process on the configuration file, with the listeners of the one that runs, which goes on as it is: a start
 * that fails must cost nothing, so the old process is not told to finish here (`-sf` would tell it before the new one
 * has its listeners). */
export async function startDaemon(start: DaemonStart, options: CallOptions): Promise<StartOutcome> {
  const pidFile = `${start.pidFile}.new`;
  try {
    const said = await launch(start, pidFile, options);
    if (said !== undefined) return { ok: false, messages: parseErrors(said) };
    const pid = Number((await readFile(pidFile, "utf8")).trim());
    const outcome = await confirm(start, pid, options);
    if (outcome.ok) await rename(pidFile, start.pidFile);
    return outcome;
  } finally {
    await rm(pidFile, { force: true });
  }
}

/** What HAProxy printed where it did not start. */
async function launch(start: DaemonStart, pidFile: string, { signal }: CallOptions): Promise<string | undefined> {
  const files = [start.configFile, ...start.extraFiles].flatMap((file) => ["-f", file]);
  const args = ["-D", ...files, "-p", pidFile];
  const takeOver = start.takeOverFrom === undefined ? [] : ["-x", start.takeOverFrom];
  const run = (more: readonly string[]) =>
    runProgram(start.binary, [...args, ...more], { signal, timeoutMs: TIME_LIMIT_MS });
  let result = await run(takeOver);
  // A process whose socket was not set up to hand over listeners: both listen until the old one is told to finish.
  if (result.code !== 0 && result.stderr.includes(NO_SOCKETS)) result = await run([]);
  if (result.code === 0) return undefined;
  return result.stderr.trim() === "" ? `[ALERT] (0) : HAProxy ended with exit code ${result.code}` : result.stderr;
}

async function confirm(start: DaemonStart, pid: number, options: CallOptions): Promise<StartOutcome> {
  const started = await processOf(pid);
  const mayCome = async (): Promise<boolean> => started !== undefined && (await isRunning(started));
  try {
    const { socketFile, structure } = start;
    const answered = await awaitProcess({ socketFile, structure, isNew: (found) => found === pid, mayCome }, options);
    if (answered !== undefined) return { ok: true, pid };
  } catch (error) {
    if (await mayCome()) end(pid);
    throw error;
  }
  if (!(await mayCome()))
    return failed(`the new HAProxy process (pid ${pid}) ended right after its start; its log says why`);
  end(pid);
  return failed(`the new HAProxy process (pid ${pid}) did not answer on ${start.socketFile}`);
}
