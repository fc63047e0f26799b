import { lstat, readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { errnoOf, FileError } from "./file-error.js";

const MOST_LINKS = 40;

/** Where a write to `path` ends: symbolic links followed, also one whose file does not exist yet. The directory has to
 * exist. */
export async function realTarget(path: string): Promise<string> {
  try {
    return await follow(resolve(path), 0);
  } catch (error) {
    throw new FileError(path, "resolve", error);
  }
}

async function follow(path: string, links: number): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" || links > MOST_LINKS) throw error;
  }
  const target = join(await realpath(dirname(path)), basename(path));
  const link = await linkText(target);
  return link === undefined ? target : follow(resolve(dirname(target), link), links + 1);
}

async function linkText(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
