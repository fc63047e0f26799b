import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
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

/** Throws, saying where it was looked for, where `program` is not there. */
export async function requireProgram(program: string | undefined): Promise<void> {
  if (program === undefined) return;
  const paths = isAbsolute(program) ? [program] : searchPath().map((directory) => join(directory, program));
  for (const path of paths) {
    if (await isExecutable(path)) return;
  }
  throw new Error(`no program ${program} (looked for ${paths.join(", ")}); install it or correct its path`);
}

/** PATH, and where Debian keeps servers. */
function searchPath(): readonly string[] {
  return [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"].filter((entry) => entry !== "");
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
