import { lstat, readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** The files of a directory, each with what changes when it is written or replaced: inode, time and size. */
export type DirectorySnapshot = Readonly<Record<string, string>>;

/** Looks at every file in `directory`, without those that `ignore` says are the target's own. */
export async function snapshot(directory: string, ignore: (path: string) => boolean): Promise<DirectorySnapshot> {
  const paths = await filesIn(directory, ignore);
  const entries = await Promise.all(
    paths.map(async (path) => {
      const { ino, mtimeNs, ctimeNs, size } = await lstat(join(directory, path), { bigint: true });
      return [path, `inode ${ino}, ${size} bytes, written ${mtimeNs}, changed ${ctimeNs}`] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** The text of every regular file in `directory`, by its relative path. */
export async function textsIn(
  directory: string,
  ignore: (path: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const paths = await filesIn(directory, ignore);
  const regular = await Promise.all(paths.map(async (path) => (await lstat(join(directory, path))).isFile()));
  const texts = new Map<string, string>();
  for (const path of paths.filter((_path, index) => regular[index])) {
    texts.set(path, await readFile(join(directory, path), "utf8"));
  }
  return texts;
}

async function filesIn(directory: string, ignore: (path: string) => boolean): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => !ignore(path))
    .sort();
}
