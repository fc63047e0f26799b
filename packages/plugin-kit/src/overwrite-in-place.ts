import { type FileHandle, open } from "node:fs/promises";
import { FileError } from "./file-error.js";

/** Writes `content` into the existing file `target`. Readers may see a part of it; if it fails half-way, what was there
 * is written back. */
export async function overwriteInPlace(target: string, content: Uint8Array): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(target, "r+");
  } catch (error) {
    throw new FileError(target, "write in place to", error);
  }
  try {
    const before = await handle.readFile();
    await overwrite(handle, content).catch(async (error: unknown) => {
      const restored = await overwrite(handle, before).then(
        () => "the old content was written back",
        () => "THE FILE IS DAMAGED: the old content could not be written back either",
      );
      throw new FileError(target, "write in place to", error, restored);
    });
  } finally {
    await handle.close();
  }
}

/** Longer content first claims its space, so that a full disk is met before anything is overwritten. */
async function overwrite(handle: FileHandle, content: Uint8Array): Promise<void> {
  const { size } = await handle.stat();
  if (content.length > size) await writeAll(handle, content.subarray(size), size);
  await writeAll(handle, content.subarray(0, size), 0);
  await handle.truncate(content.length);
  await handle.sync();
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
