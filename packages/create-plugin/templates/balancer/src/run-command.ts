import { runProgram } from "@lighthouse-sd/plugin-kit";

/** How long a program of the configuration may take, in milliseconds. */
const LIMIT_MS = 30_000;

/** What a command works on. */
export interface CommandCall {
  /** Stands for `{file}` among its arguments. */
  readonly file: string;
  /** The working directory. */
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Runs a command of the configuration, without a shell; rejects with what it wrote unless it ends with 0. */
export async function runCommand(
  key: string,
  command: readonly string[],
  { file, cwd, signal }: CommandCall,
): Promise<void> {
  const [program = "", ...args] = command.map((word) => word.replaceAll("{file}", file));
  const { code, stderr, stdout } = await runProgram(program, args, { cwd, signal, timeoutMs: LIMIT_MS });
  if (code === 0) return;
  throw new Error(`${key}: ${[program, ...args].join(" ")} ended with ${code}: ${`${stderr}${stdout}`.trim()}`);
}
