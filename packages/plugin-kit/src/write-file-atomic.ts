import { readFile } from "node:fs/promises";
import { existingFile } from "./candidate-file.js";
import { FileError } from "./file-error.js";
import { prepareFile, type WriteOptions } from "./prepare-file.js";
import { realTarget } from "./real-target.js";

/** Makes `content` what stands at `path`: readers see the old file or the new one, never a part, also after a crash.
 * True: written; false: the bytes were equal, and nothing was touched. Rejects with FileError, the old file whole. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): Promise<boolean> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const target = await realTarget(path);
  if (await holds(target, bytes)) return false;
  const prepared = await prepareFile(target, bytes, options);
  await prepared.commit();
  return true;
}

async function holds(target: string, bytes: Uint8Array): Promise<boolean> {
  const existing = await existingFile(target);
  if (existing === undefined || existing.size !== bytes.length) return false;
  try {
    return (await readFile(target)).equals(bytes);
  } catch (error) {
    throw new FileError(target, "read", error);
  }
}
