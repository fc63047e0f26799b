import { readFile } from "node:fs/promises";
import { parseFragment } from "./nodes/render-fragment.js";

/** What stands at the fragment's path. */
export interface OwnFragment {
  /** Null: there is no such file. */
  readonly text: string | null;
  /** Undefined: there is none, or an empty one. */
  readonly listed: readonly string[] | undefined;
}

/** Reads the fragment; refuses a file that somebody else wrote. */
export async function readOwnFragment(path: string): Promise<OwnFragment> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null || text.trim() === "") return { text, listed: undefined };
  const listed = parseFragment(text);
  if (listed !== undefined) return { text, listed };
  throw new Error(
    `${path} was not written by Lighthouse, and is left as it is: move it away, or name another config_file`,
  );
}
