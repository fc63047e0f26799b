import { stat } from "node:fs/promises";
import { errorText } from "../error-text.js";
import { UsageError } from "./exit-codes.js";

/** Rejects with UsageError unless `path` is a directory. */
export async function requireDirectory(path: string): Promise<void> {
  const wrong = await reason(path);
  if (wrong !== undefined) throw new UsageError(`${path} ${wrong}; give the configuration directory`);
}

async function reason(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : "is no directory";
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === "ENOENT";
    return absent ? "does not exist" : `cannot be read: ${errorText(error)}`;
  }
}
