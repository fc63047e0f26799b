import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import type { LastGood } from "./file-steps.js";
import { readIfThere } from "./upstream-files.js";

/** Stands from before the first file is changed until the running nginx has taken them: whoever comes after a crash
 * knows that a reload is owed, and what was good. `include *.conf` does not read it. */
const NAME = ".lighthouse-reload-owed";

/** What stood when nginx took its files last; undefined: it has taken all that is there. */
export async function readOwed(directory: string): Promise<LastGood | undefined> {
  const text = await readIfThere(join(directory, NAME));
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as LastGood) : {};
  } catch {
    // Written by somebody else: that a reload is owed is all it says.
    return {};
  }
}

export async function writeOwed(directory: string, lastGood: LastGood): Promise<void> {
  await writeFileAtomic(join(directory, NAME), `${JSON.stringify(lastGood)}\n`);
}

export async function removeOwed(directory: string): Promise<void> {
  await rm(join(directory, NAME), { force: true });
}
