import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { ProgramError, type ProgramErrorCode } from "./program-error.js";
import { ProgramOutput } from "./program-output.js";
import type { ProgramResult, RunProgramOptions } from "./run-program.js";
import { startTimer } from "./start-timer.js";

const DEFAULT_OUTPUT_BYTES = 1024 * 1024;
/** A killed process is waited for, but one that the kernel holds on to (a dead NFS server) not for ever. */
const KILL_WAIT_MS = 1000;
/** What the program itself printed is in the pipes when it exits; a daemon may hold them open as long as it lives. */
const PIPE_WAIT_MS = 250;

/** One run of a program, from its start to its end. */
export class RunningProgram {
  readonly #file: string;
  readonly #options: RunProgramOptions;
  readonly #child: ChildProcess;
  readonly #output: ProgramOutput;
  readonly #callOffLimit: () => void;
  readonly #settled: Promise<ProgramResult>;
  #settle!: { readonly resolve: (result: ProgramResult) => void; readonly reject: (error: ProgramError) => void };
  #failure: ProgramError | undefined;
  #lastWait: NodeJS.Timeout | undefined;

  /** Starts it; throws where the arguments cannot be passed to a program at all. */
  constructor(file: string, args: readonly string[], options: RunProgramOptions) {
    this.#file = file;
    this.#options = options;
    this.#settled = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#child = startProcess(file, args, options);
    const limit = options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
    const streams: [Readable, Readable] = [this.#child.stdout as Readable, this.#child.stderr as Readable];
    this.#output = new ProgramOutput(streams, limit, () =>
      this.#kill("LIGHTHOUSE_PROGRAM_OUTPUT", `printed more than ${limit} bytes and was killed`),
    );
    this.#callOffLimit = startTimer(options.timeoutMs, () => this.#timeIsUp());
    options.signal.addEventListener("abort", this.#onAbort);
    this.#child.once("error", this.#onError);
    this.#child.once("exit", () => this.#waitAtMost(PIPE_WAIT_MS));
    this.#child.once("close", this.#finish);
  }

  /** How it ended. */
  get settled(): Promise<ProgramResult> {
    return this.#settled;
  }

  readonly #onAbort = (): void =>
    this.#kill("LIGHTHOUSE_PROGRAM_ABORTED", "aborted and killed", this.#options.signal.reason);

  readonly #onError = (error: Error): void => {
    const place = this.#options.cwd === undefined ? "" : ` in ${this.#options.cwd}`;
    this.#failure ??= startFailure(this.#file, place, error);
    this.#finish();
  };

  #timeIsUp(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    this.#kill("LIGHTHOUSE_PROGRAM_TIMEOUT", `did not end within ${this.#options.timeoutMs} ms and was killed`);
  }

  #kill(code: ProgramErrorCode, what: string, cause?: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = new ProgramError(code, `${this.#file}: ${what}`, { cause, ...this.#output.texts });
    killGroup(this.#child);
    this.#waitAtMost(KILL_WAIT_MS);
  }

  #waitAtMost(milliseconds: number): void {
    this.#callOffLimit();
    clearTimeout(this.#lastWait);
    this.#lastWait = setTimeout(this.#finish, milliseconds);
  }

  readonly #finish = (): void => {
    this.#callOffLimit();
    clearTimeout(this.#lastWait);
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.#output.close();
    const { exitCode: code, signalCode: signal } = this.#child;
    if (this.#failure !== undefined) this.#settle.reject(this.#failure);
    else this.#settle.resolve({ code, signal, ...this.#output.texts });
  };
}

/** A program that could not be started, with what to look at. */
export function startFailure(file: string, place: string, cause: unknown): ProgramError {
  const errno = (cause as NodeJS.ErrnoException).code;
  const reason =
    errno === "ENOENT"
      ? "there is no such program (or directory to run it in); install it, or name its whole path"
      : errno === "EACCES"
        ? "it may not be executed by this process's user"
        : (cause as Error).message;
  return new ProgramError("LIGHTHOUSE_PROGRAM_START", `${file}: could not be started${place}: ${reason}`, { cause });
}

/** In a process group of its own, so that what it starts can be killed with it. */
function startProcess(file: string, args: readonly string[], options: RunProgramOptions): ChildProcess {
  const child = spawn(file, [...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
    detached: true,
    shell: false,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  // A program need not read what it is given.
  child.stdin?.on("error", () => undefined).end(options.input);
  return child;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
