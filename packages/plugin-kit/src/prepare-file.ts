import { open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { writeBeside, writeScratch } from "./candidate-file.js";
import { errnoOf, FileError } from "./file-error.js";
import { overwriteInPlace } from "./overwrite-in-place.js";
import { realTarget } from "./real-target.js";

/** How a file is written. */
export interface WriteOptions {
  /** Permission bits of a file that does not exist yet, 0o644 by default; an existing file keeps its own. */
  readonly mode?: number;
  /** Where the file cannot be replaced (a single file mounted into a container), write into it: not atomic for its
   * readers. Default: refuse. */
  readonly inPlace?: boolean;
  /** Where the candidate goes if `inPlace` is set and none with the target's owner can be written beside it. */
  readonly scratchDirectory?: string;
}

/** A file that is whole and on disk, but does not stand in its target's place yet. Ends with `commit` or `discard`. */
export interface PreparedFile {
  /** The candidate: beside the target, with its mode and owner, or in the scratch directory. */
  readonly path: string;
  /** Puts the candidate into the target's place, on disk too. On failure the target stands as it was and the candidate
   * is removed. */
  commit(): Promise<void>;
  /** Removes the candidate. Safe twice, and after `commit`. */
  discard(): Promise<void>;
}

/** Writes `content` to a candidate beside `path`, with the mode and owner of the file there; a symbolic link is
 * followed, so that it stays one. Rejects with FileError, leaving nothing behind. */
export async function prepareFile(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): Promise<PreparedFile> {
  const target = await realTarget(path);
  const candidate = await writeSomewhere(target, content, options);
  let ended = false;
  return {
    path: candidate.path,
    async commit() {
      if (ended) throw new Error(`${target}: the prepared file was already committed or discarded`);
      ended = true;
      try {
        await takePlace(candidate, target, options);
      } finally {
        await unlink(candidate.path).catch(() => undefined);
      }
    },
    async discard() {
      ended = true;
      await unlink(candidate.path).catch(() => undefined);
    },
  };
}

interface Candidate {
  readonly path: string;
  /** False: it lies in the scratch directory, and cannot be renamed. */
  readonly beside: boolean;
}

async function writeSomewhere(
  target: string,
  content: string | Uint8Array,
  { mode, inPlace, scratchDirectory }: WriteOptions,
): Promise<Candidate> {
  try {
    return { path: await writeBeside(target, content, mode), beside: true };
  } catch (error) {
    const closed = ["EROFS", "EACCES", "EPERM"].includes((error as FileError).errno ?? "");
    if (!closed || inPlace !== true || scratchDirectory === undefined) throw error;
    return { path: await writeScratch(scratchDirectory, target, content), beside: false };
  }
}

async function takePlace(candidate: Candidate, target: string, options: WriteOptions): Promise<void> {
  if (!candidate.beside) return overwriteInPlace(target, await readFile(candidate.path));
  try {
    await rename(candidate.path, target);
  } catch (error) {
    const fixed = errnoOf(error) === "EBUSY" || errnoOf(error) === "EXDEV";
    if (!fixed || options.inPlace !== true) throw new FileError(target, "replace", error);
    return overwriteInPlace(target, await readFile(candidate.path));
  }
  await syncDirectory(dirname(target));
}

/** Some file systems (FUSE, NFS) cannot sync a directory; there the rename stands without. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EBADF"].includes(errnoOf(error) ?? "")) throw new FileError(directory, "sync", error);
  } finally {
    await handle.close();
  }
}
