import { open } from "node:fs/promises";
import { errnoOf, FileError } from "./file-error.js";
import { READING_HINTS } from "./reading-hints.js";

const LARGEST_BYTES = 65_536;

/** The secret that a file holds: its text without the line end that editors add. Rejects with FileError where it is
 * missing, empty, larger than 64 KiB or not UTF-8; the error never shows any of it. */
export async function readSecretFile(path: string): Promise<string> {
  const bytes = await readBounded(path);
  if (bytes.length > LARGEST_BYTES) throw new FileError(path, "read the secret file", "it is larger than 64 KiB");
  const secret = decode(path, bytes).replace(/\r?\n$/, "");
  if (secret === "") throw new FileError(path, "read the secret file", "it is empty");
  return secret;
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, "r");
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(LARGEST_BYTES + 1), 0, LARGEST_BYTES + 1, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new FileError(path, "read the secret file", error, READING_HINTS[errnoOf(error) ?? ""]);
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(path, "read the secret file", "it is not UTF-8 text");
  }
}
