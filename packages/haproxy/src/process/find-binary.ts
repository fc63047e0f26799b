import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";

/** The real path of a program: a path (relative ones to `directory`), or a name looked up in PATH; undefined where there
 * is none that can be run. */
export async function findBinary(binary: string, directory: string): Promise<string | undefined> {
  const candidates = binary.includes("/")
    ? [resolve(directory, binary)]
    : (process.env["PATH"] ?? "")
        .split(delimiter)
        .concat("/usr/sbin", "/sbin")
        .map((folder) => join(folder, binary));
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      return await realpath(candidate);
    } catch {
      // not here: the next one
    }
  }
  return undefined;
}
