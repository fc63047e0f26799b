import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { FileReadError } from "./file-read-error.js";

/** What one reading of a file gave. */
export interface Reading {
  readonly bytes: Buffer;
  /** Of the file before it was read: what is still like this afterwards was not written meanwhile. */
  readonly stats: BigIntStats;
}

/** Reads the regular file at `path`, links followed, in one go. A pipe or device is refused, never waited for; a file
 * of more than `maxBytes` is refused unread. */
export async function readLimited(path: string, maxBytes: number): Promise<Reading> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new FileReadError("LIGHTHOUSE_NOT_A_FILE", path, "is not a regular file");
    const bytes = await readUpTo(file, Number(stats.size), maxBytes);
    if (bytes.length > maxBytes || stats.size > maxBytes) throw tooLarge(path, stats.size, maxBytes);
    return { bytes, stats };
  } finally {
    // Nothing was written, so that there is nothing to be told of.
    file.close().catch(() => undefined);
  }
}

async function readUpTo(file: FileHandle, expected: number, maxBytes: number): Promise<Buffer> {
  if (expected > maxBytes) return Buffer.alloc(0);
  // One byte more than expected, so that the common case ends with a short read.
  let buffer: Buffer = Buffer.allocUnsafe(expected + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    // Less than was asked for is the end of a regular file.
    if (length < buffer.length || length > maxBytes) return buffer.subarray(0, length);
    buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}

function tooLarge(path: string, size: bigint, maxBytes: number): FileReadError {
  return new FileReadError("LIGHTHOUSE_FILE_TOO_LARGE", path, `has ${size} bytes; the limit is ${maxBytes}`);
}
