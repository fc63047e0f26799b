import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { TinySite } from "./tiny-site.js";

const PROGRAM = fileURLToPath(new URL("../../bin/lighthouse-runner.js", import.meta.url));

/** The program as a process of its own. */
export interface EngineProcess {
  /** All it has said on standard error so far. */
  readonly said: () => string;
  readonly printed: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

/** Starts the built program with `args`, and with `env` beside this process's own environment; it is killed after the
 * test if it has not ended. */
export function engineProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}): EngineProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let [printed, said] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    printed += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { said: () => said, printed: () => printed, signal: (signal) => void child.kill(signal), ended };
}

/** `run` on a site, with more arguments. */
export function runProcess(site: TinySite, ...more: readonly string[]): EngineProcess {
  const { directory, pluginsDirectory, stateDirectory } = site;
  return engineProcess(["run", directory, "--plugins-dir", pluginsDirectory, "--state-dir", stateDirectory, ...more]);
}
