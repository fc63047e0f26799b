import { durationMs } from "@lighthouse-sd/core";
import { pause, runProgram } from "@lighthouse-sd/plugin-kit";
import type { NginxConfig } from "./nginx-config.js";
import { findNginx, type RunningNginx } from "./running-nginx.js";

const LOOK_AGAIN_MS = 20;

/** What a reload needs to know. */
export interface ReloadCall {
  readonly config: NginxConfig;
  /** Where the process id of what is running stands; undefined: nobody has said. */
  readonly pidFile: string | undefined;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Has nginx load its files; resolves when it has: a master that refuses them keeps its workers, and says so in its log
 * alone, so new workers are what tells. */
export async function reloadNginx(call: ReloadCall): Promise<void> {
  const { config, pidFile } = call;
  const before = pidFile === undefined ? undefined : await withWorkers(pidFile, call);
  if (config.reload !== undefined) await runReload(config.reload, call);
  else if (before !== undefined) tell(before.pid);
  if (before !== undefined && pidFile !== undefined) await newWorkers(before, pidFile, call);
}

/** The nginx as it runs at this moment. One that is only starting has no workers yet, and its first ones are no answer to
 * a reload: they are waited for. */
async function withWorkers(pidFile: string, { config, signal }: ReloadCall): Promise<RunningNginx> {
  const deadline = performance.now() + durationMs(config.timeout);
  for (;;) {
    const now = await findNginx(pidFile);
    signal.throwIfAborted();
    if (typeof now === "string") throw new Error(`${now}; the files are in place, and it takes them when it starts`);
    if (now.workers.length > 0 || performance.now() > deadline) return now;
    await pause(LOOK_AGAIN_MS, signal);
  }
}

function tell(pid: number): void {
  try {
    process.kill(pid, "SIGHUP");
  } catch (error) {
    const hint = "let the runner run as root or as nginx's user, or give a command in `reload`";
    throw new Error(`nginx (process ${pid}) could not be told to reload: ${(error as Error).message}; ${hint}`, {
      cause: error,
    });
  }
}

async function runReload(command: readonly string[], { config, cwd, signal }: ReloadCall): Promise<void> {
  const [program = "", ...args] = command;
  const options = { cwd, signal, timeoutMs: durationMs(config.timeout) };
  const { code, stdout, stderr } = await runProgram(program, args, options);
  if (code !== 0) throw new Error(`reload: ${command.join(" ")} ended with ${code}: ${`${stderr}${stdout}`.trim()}`);
}

/** Waits until there is a worker that was not there before, and none of the old ones takes connections. */
async function newWorkers(before: RunningNginx, pidFile: string, { config, signal }: ReloadCall): Promise<void> {
  const old = new Set(before.workers);
  const limitMs = durationMs(config.timeout);
  const deadline = performance.now() + limitMs;
  for (;;) {
    const now = await findNginx(pidFile);
    signal.throwIfAborted();
    if (typeof now !== "string" && now.workers.length > 0 && now.workers.every((worker) => !old.has(worker))) return;
    if (performance.now() > deadline) {
      const found = typeof now === "string" ? now : `process ${now.pid} still has the workers from before`;
      throw new Error(`nginx did not take its files within ${limitMs} ms: ${found}; its error log says why`);
    }
    await pause(LOOK_AGAIN_MS, signal);
  }
}
