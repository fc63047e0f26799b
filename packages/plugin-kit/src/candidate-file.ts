import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { candidateName, removeLeftovers } from "./candidate-name.js";
import { errnoOf, FileError } from "./file-error.js";

const NEW_FILE_MODE = 0o644;
/** Several ticks of the clock that stamps files. */
const EARLIER_SECONDS = 0.02;
const { O_CREAT, O_EXCL, O_WRONLY } = constants;

/** What there is at `target`; undefined where there is nothing. Refuses what is no regular file: a rename would replace
 * a device or a socket. */
export async function existingFile(target: string): Promise<Stats | undefined> {
  let found: Stats;
  try {
    found = await stat(target);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw new FileError(target, "look at", error);
  }
  if (found.isFile()) return found;
  throw new FileError(target, "write", "it exists and is not a regular file");
}

/** Writes `content` to a new file beside `target`, whole and on disk, with the mode and owner that `target` has (`mode`
 * where there is none yet). Returns its path; on failure nothing is left. */
export async function writeBeside(target: string, content: string | Uint8Array, mode?: number): Promise<string> {
  const existing = await existingFile(target);
  return writeNew(dirname(target), target, async (handle) => {
    await handle.writeFile(content);
    await dateBack(handle);
    await keepOwner(handle, existing, target);
    await keepMode(handle, existing === undefined ? (mode ?? NEW_FILE_MODE) : existing.mode & 0o7777, target);
  });
}

/** Writes `content` to a new file in `directory`, whole and on disk, readable by this process's user alone: it will not
 * take the target's place itself. Returns its path; on failure nothing is left. */
export async function writeScratch(directory: string, target: string, content: string | Uint8Array): Promise<string> {
  return writeNew(directory, target, (handle) => handle.writeFile(content));
}

async function writeNew(
  directory: string,
  target: string,
  fill: (handle: FileHandle) => Promise<void>,
): Promise<string> {
  await removeLeftovers(directory, basename(target));
  const path = join(directory, candidateName(basename(target)));
  const handle = await openNew(path);
  try {
    await fill(handle);
    await handle.sync();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw error instanceof FileError ? error : new FileError(target, "write", error);
  }
  await handle.close();
  return path;
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, O_CREAT | O_EXCL | O_WRONLY, 0o600);
  } catch (error) {
    throw new FileError(path, "create", error);
  }
}

/** Lets readers see that the file comes by rename, and need not be read twice: a write and a rename within one tick of the
 * clock that stamps files look like a write alone. */
async function dateBack(handle: FileHandle): Promise<void> {
  const now = Date.now() / 1_000;
  // Where times cannot be set, the reader waits a moment.
  await handle.utimes(now, now - EARLIER_SECONDS).catch(() => undefined);
}

async function keepOwner(handle: FileHandle, existing: Stats | undefined, target: string): Promise<void> {
  if (existing === undefined) return;
  const made = await handle.stat();
  if (made.uid === existing.uid && made.gid === existing.gid) return;
  try {
    await handle.chown(existing.uid, existing.gid);
  } catch (error) {
    const owner = `${existing.uid}:${existing.gid}`;
    const hint = `its owner ${owner} cannot be kept; run as that user or as root, or give the file to ${made.uid}:${made.gid}`;
    throw new FileError(target, "replace", error, hint);
  }
}

async function keepMode(handle: FileHandle, mode: number, target: string): Promise<void> {
  try {
    await handle.chmod(mode);
  } catch (error) {
    throw new FileError(target, "replace", error, `its mode ${mode.toString(8)} cannot be kept`);
  }
}
