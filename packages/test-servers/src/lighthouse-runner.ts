import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { httpGet } from "./http-request.js";
import { waitFor } from "./wait-for.js";

/** The program itself, of this workspace. */
export const runnerProgram: string = fileURLToPath(
  new URL("../../../apps/runner/bin/lighthouse-runner.js", import.meta.url),
);

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a command that has ended wrote. */
export interface CommandResult extends ProcessEnd {
  readonly stdout: string;
  readonly stderr: string;
}

/** A lighthouse-runner that is running. */
export interface RunnerProcess {
  readonly pid: number;
  /** All it has written so far, stdout and stderr as they came. */
  output(): string;
  /** Settles when it has ended. */
  readonly ended: Promise<ProcessEnd>;
  /** GET of a path of its HTTP interface; needs `httpPort`. */
  get(path: string): Promise<{ readonly status: number; readonly body: string }>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL where that has not ended it within 10 s (which rejects). Safe twice. */
  stop(): Promise<ProcessEnd>;
}

/** What to start it with. */
export interface RunnerOptions {
  readonly directory: string;
  readonly stateDirectory: string;
  readonly httpPort?: number;
  /** Further arguments of `run`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another one than this workspace's: an installed one, a single file. */
  readonly program?: string;
}

/** Starts `lighthouse-runner run`. Does not wait for anything. */
export function startRunner(options: RunnerOptions): RunnerProcess {
  const { directory, stateDirectory, httpPort, args = [], env = {}, program = runnerProgram } = options;
  const http = httpPort === undefined ? "off" : `127.0.0.1:${httpPort}`;
  const child = spawn(
    process.execPath,
    [program, "run", directory, "--state-dir", stateDirectory, "--http", http, "--log-format", "json", ...args],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${process.execPath}`);
  const output = collect(child);
  const ended = endOf(child);
  return {
    pid,
    output: () => output.text,
    ended,
    get: (path) => {
      if (httpPort === undefined) throw new Error(`this runner was started without httpPort: cannot get ${path}`);
      return httpGet({ port: httpPort, path });
    },
    kill: (signal) => void child.kill(signal),
    stop: () => stop(child, ended, output),
  };
}

/** Runs `lighthouse-runner` with these arguments to its end (at most 60 s). */
export async function runLighthouse(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program: string = runnerProgram,
): Promise<CommandResult> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const written = collect(child);
  const end = await endOf(child);
  return { ...end, stdout: written.stdout, stderr: written.stderr };
}

interface Written {
  text: string;
  stdout: string;
  stderr: string;
}

function collect(child: ChildProcess): Written {
  const written: Written = { text: "", stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (part: string) => {
      written[name] += part;
      written.text += part;
    });
  }
  return written;
}

function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

async function stop(child: ChildProcess, ended: Promise<ProcessEnd>, output: Written): Promise<ProcessEnd> {
  child.kill("SIGTERM");
  let end: ProcessEnd | undefined;
  void ended.then((value) => {
    end = value;
  });
  try {
    return await waitFor(() => end, { what: `lighthouse-runner (pid ${child.pid}) to end after SIGTERM` });
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    throw new Error(`${(error as Error).message}; its output:\n${output.text}`, { cause: error });
  }
}
