import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** Where Debian keeps servers; not in everyone's PATH. */
const SERVER_FOLDERS: readonly string[] = ["/usr/sbin", "/sbin"];

/** Where a program is looked for. */
export interface ProgramSearch {
  /** The key of the configuration that names it, for the error. */
  readonly key: string;
  /** What a path is relative to. */
  readonly directory: string;
}

/** The absolute path of `program`: a path, or a name looked up in PATH and then in /usr/sbin and /sbin. Links are not
 * followed, since a program may go by the name that it was called by. Entries of PATH that are not absolute do not
 * count: what is found is not to depend on where this process was started. Throws where there is no file that can be
 * run, saying where it was looked for. */
export async function findProgram(program: string, { key, directory }: ProgramSearch): Promise<string> {
  const candidates = program.includes("/")
    ? [resolve(directory, program)]
    : [...searchPath(), ...SERVER_FOLDERS].map((folder) => join(folder, program));
  for (const candidate of candidates) {
    if (await isProgram(candidate)) return candidate;
  }
  const looked = candidates.join(", ");
  throw new Error(`no program ${program} (looked for ${looked}): install it, or name its path in "${key}"`);
}

function searchPath(): readonly string[] {
  return (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
}

/** A folder can be entered, which the kernel calls executing it. */
async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
