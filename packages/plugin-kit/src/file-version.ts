import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";

/** One state of one file, without its content. */
export interface FileVersion {
  /** Device and inode: which file stands at the path. */
  readonly id: string;
  /** Everything the file system tells of the file's last change. */
  readonly stamp: string;
  /** Two equal keys mean the same bytes: the stamp, unless it was taken too soon after a change to tell the next one. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** Kernels stamp files by the tick of a clock (4 to 10 ms), so two writes within a tick leave the same times. */
const CLOCK_TICK_MS = 50;

/** The version that stands at `path` now, links followed. Rejects as `stat` does. */
export async function fileVersion(path: string): Promise<FileVersion> {
  return versionOf(await stat(path, { bigint: true }));
}

/** The version in `stats`. */
export function versionOf(stats: BigIntStats): FileVersion {
  const id = `${stats.dev}:${stats.ino}`;
  const stamp = `${id}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
  return { id, stamp, key: stamp, size: Number(stats.size) };
}

/** The version of content that was read at `readAtMs` (Unix ms). Where the file had been written so shortly before that
 * a later write could leave the same times, its key equals no other, and whoever compares reads once more. */
export function versionRead(stats: BigIntStats, readAtMs: number): FileVersion {
  const version = versionOf(stats);
  const certain = readAtMs - Number(stats.ctimeNs / 1_000_000n) > CLOCK_TICK_MS;
  return certain ? version : { ...version, key: `${version.stamp}:read ${readAtMs}` };
}
