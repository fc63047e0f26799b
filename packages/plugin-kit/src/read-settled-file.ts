import { setTimeout as sleep } from "node:timers/promises";
import { FileReadError } from "./file-read-error.js";
import { type FileVersion, fileVersion, versionOf, versionRead } from "./file-version.js";
import { type Reading, readLimited } from "./read-limited.js";

const SETTLE_MS = 150;
const GIVE_UP_MS = 30_000;
/** Age by the wall clock from which on nobody is taken to be writing. */
const RESTED_MS = 1000;
const MAX_BYTES = 64 * 1024 * 1024;

/** How readSettledFile takes a file for whole. */
export interface SettleOptions {
  /** Aborted: the call rejects soon with the signal's reason. */
  readonly signal: AbortSignal;
  /** Milliseconds between the two readings that must be equal. Default 150. */
  readonly settleMs?: number;
  /** Milliseconds after which a file that never rests is refused. Default 30,000. */
  readonly giveUpMs?: number;
  /** The version that was taken last at this path. */
  readonly known?: FileVersion | undefined;
  /** True: no beginning of a longer text is like this one (a JSON object that parses), so it is taken at once, unless it
   * may be a new text written over a longer old one. */
  readonly isWhole?: (text: string) => boolean;
  /** Larger files are refused unread. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** A file's text as its writer left it. */
export interface SettledFile {
  readonly text: string;
  readonly version: FileVersion;
}

/** The text of the file at `path`, links followed, never of one that is half-written: many a beginning of a YAML file
 * parses, and says something else. It is taken
 * - at once where `isWhole` says so;
 * - at once where it came by rename (see `cameByRename`);
 * - otherwise when two readings `settleMs` apart are equal and nothing was written in between.
 * Rejects with the system's error (ENOENT: it is not there, or vanished meanwhile), or with a FileReadError. */
export async function readSettledFile(path: string, options: SettleOptions): Promise<SettledFile> {
  const { signal, settleMs = SETTLE_MS, giveUpMs = GIVE_UP_MS, maxBytes = MAX_BYTES } = options;
  const started = performance.now();
  let last: Reading | undefined;
  for (;;) {
    signal.throwIfAborted();
    const reading = await readLimited(path, maxBytes);
    const stands = await standsAt(path, reading);
    if (stands && (isSame(last, reading) || cameByRename(reading, options.known) || isWhole(reading, options))) {
      return { text: decode(path, reading.bytes), version: versionRead(reading.stats, Date.now()) };
    }
    if (performance.now() - started > giveUpMs) {
      throw new FileReadError(
        "LIGHTHOUSE_FILE_UNSETTLED",
        path,
        `has been written to for ${giveUpMs} ms without a rest`,
      );
    }
    last = stands ? reading : undefined;
    await sleep(settleMs, undefined, { signal });
  }
}

/** Whether what was read is still what the path leads to: it may have been written or replaced meanwhile. */
async function standsAt(path: string, reading: Reading): Promise<boolean> {
  if (BigInt(reading.bytes.length) !== reading.stats.size) return false;
  return (await fileVersion(path)).key === versionOf(reading.stats).key;
}

/** Equal bytes alone could be two writers who had come equally far. */
function isSame(last: Reading | undefined, reading: Reading): boolean {
  if (last === undefined || last.stats.mtimeNs !== reading.stats.mtimeNs) return false;
  return versionOf(last.stats).id === versionOf(reading.stats).id && last.bytes.equals(reading.bytes);
}

/** Whether the file was finished elsewhere and then moved here. A write stamps an inode's mtime and ctime alike; a
 * rename, like a change of mode, owner or times, stamps the ctime alone. So an inode that is new at this path and was
 * touched after its last write was either moved here, or written here and finished with a chmod or utimes, as copying
 * programs do last. An empty one proves nothing (programs also chmod what they are about to fill), and an inode
 * already known here is written in place. Where the clock is too coarse to tell, the answer is no: the reader waits. */
function cameByRename({ stats }: Reading, known: FileVersion | undefined): boolean {
  return stats.size > 0n && stats.ctimeNs > stats.mtimeNs && versionOf(stats).id !== known?.id;
}

/** A writer that truncates first leaves beginnings, which `isWhole` tells apart. One that writes over the old text leaves
 * mixtures, which may well parse; they are as long as the old text or longer. Where the old text is not known, only a
 * file that has rested is free of that doubt. (What is left: one that was written twice since it was known, the second
 * time over the first.) */
function isWhole(reading: Reading, options: SettleOptions): boolean {
  if (options.isWhole === undefined || mayBeMixture(reading, options.known)) return false;
  const text = textOf(reading.bytes);
  return text !== undefined && options.isWhole(text);
}

function mayBeMixture({ stats }: Reading, known: FileVersion | undefined): boolean {
  if (known === undefined) return Date.now() - Number(stats.ctimeNs / 1_000_000n) < RESTED_MS;
  const { id, size } = versionOf(stats);
  return id === known.id && size >= known.size;
}

function decode(path: string, bytes: Buffer): string {
  const text = textOf(bytes);
  if (text === undefined) throw new FileReadError("LIGHTHOUSE_FILE_NOT_UTF8", path, "is not UTF-8 text");
  return text;
}

/** Undefined for what is not UTF-8; without a byte order mark. */
function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
