import { ProgramError } from "./program-error.js";
import { RunningProgram, startFailure } from "./running-program.js";

/** How a program is run. */
export interface RunProgramOptions {
  /** Aborted: the program and its children are killed. */
  readonly signal: AbortSignal;
  /** After this many milliseconds the program and its children are killed. */
  readonly timeoutMs: number;
  /** The most that stdout and stderr may hold together; 1 MiB by default. */
  readonly maxOutputBytes?: number;
  readonly cwd?: string;
  /** The whole environment; this process's own by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What stdin holds; empty by default. */
  readonly input?: string | Uint8Array;
}

/** How a program ended by itself. */
export interface ProgramResult {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `file` (a path, or a name looked for in PATH) with `args`, without a shell. A non-zero exit is a result; a
 * program that cannot be started, takes too long, prints too much or is aborted rejects with ProgramError, killed with
 * all of its process group. A daemon that it leaves behind is left alone, and its output is not waited for. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: RunProgramOptions,
): Promise<ProgramResult> {
  if (options.signal.aborted) {
    const details = { cause: options.signal.reason };
    throw new ProgramError("LIGHTHOUSE_PROGRAM_ABORTED", `${file}: not started: aborted`, details);
  }
  let running: RunningProgram;
  try {
    running = new RunningProgram(file, args, options);
  } catch (error) {
    throw startFailure(file, "", error);
  }
  return running.settled;
}
