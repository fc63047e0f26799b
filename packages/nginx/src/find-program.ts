import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";

/** The path of a program: a path (a relative one to `directory`), or a name looked up in PATH and where Debian keeps
 * servers. Throws where there is none that can be run. */
export async function findProgram(key: string, program: string, directory: string): Promise<string> {
  const candidates = program.includes("/")
    ? [resolve(directory, program)]
    : [...(process.env["PATH"] ?? "").split(delimiter).filter(Boolean), "/usr/sbin", "/sbin"].map((folder) =>
        join(folder, program),
      );
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return candidate;
  }
  const looked = candidates.join(", ");
  throw new Error(`no program ${program} (looked for ${looked}): install it, or name its path in "${key}"`);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
