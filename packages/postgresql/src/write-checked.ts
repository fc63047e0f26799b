import { chown, readFile, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf, FileError, prepareFile } from "@lighthouse-sd/plugin-kit";

/** A file as it is and as it is to be. One character for each byte; null: it is not there. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
}

/** A file's bytes, one for each character: so none is lost that is no UTF-8. Null where there is none. */
export async function readBytes(path: string): Promise<string | null> {
  try {
    return await readFile(path, "latin1");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw new FileError(path, "read", error);
  }
}

/** Writes a file and asks `check` (for what is wrong with it) before anything reads it; where it objects, or cannot be
 * asked, the file stands again as it was, and this rejects. */
export async function writeChecked(
  { path, before, after }: FileChange,
  check: () => Promise<string | undefined>,
): Promise<void> {
  await write(path, after);
  let fault: string | undefined;
  try {
    fault = await check();
  } catch (error) {
    await restore(path, before);
    throw new Error(
      `${path}: what the server makes of it is not known (${(error as Error).message}); it stands as it was`,
      {
        cause: error,
      },
    );
  }
  if (fault === undefined) return;
  await restore(path, before);
  throw new Error(
    `${path}: the server objects to what was written (${fault}); it stands as it was, nothing was reloaded`,
  );
}

async function restore(path: string, before: string | null): Promise<void> {
  if (before === null) await unlink(path);
  else await write(path, before);
}

/** A new file belongs to whom its directory belongs to: a server that may not read its configuration does not start. */
export async function write(path: string, text: string): Promise<void> {
  const isNew = (await readBytes(path)) === null;
  const prepared = await prepareFile(path, Buffer.from(text, "latin1"), { mode: 0o644 });
  try {
    if (isNew && process.getuid?.() === 0) {
      const { uid, gid } = await stat(dirname(path));
      await chown(prepared.path, uid, gid);
    }
    await prepared.commit();
  } finally {
    await prepared.discard();
  }
}
