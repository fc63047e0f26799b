import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { FileReadError } from "./file-read-error.js";

/** What one reading of a file gave. */
export interface Reading {
  readonly bytes: Buffer;
  readonly stats: BigIntStats;
  /** False: the file was written while it was read, so `bytes` may mix two states. */
  readonly steady: boolean;
}

/** Reads the regular file at `path`, links followed, in one go. A pipe or device is refused, never waited for; a file
 * of more than `maxBytes` is refused unread. */
export async function readLimited(path: string, maxBytes: number): Promise<Reading> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) throw new FileReadError("LIGHTHOUSE_NOT_A_FILE", path, "is not a regular file");
    const bytes = await readUpTo(file, Number(before.size), maxBytes);
    if (bytes.length > maxBytes || before.size > maxBytes) throw tooLarge(path, before.size, maxBytes);
    const after = await file.stat({ bigint: true });
    const written = after.mtimeNs !== before.mtimeNs || after.size !== before.size;
    return { bytes, stats: after, steady: !written && BigInt(bytes.length) === after.size };
  } finally {
    await file.close();
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
    if (bytesRead === 0 || length > maxBytes) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}

function tooLarge(path: string, size: bigint, maxBytes: number): FileReadError {
  return new FileReadError("LIGHTHOUSE_FILE_TOO_LARGE", path, `has ${size} bytes; the limit is ${maxBytes}`);
}
