import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Every file and directory below one, as it stands: whatever is made, written, renamed or removed there later shows in it,
 * were it only for a moment, for it changes the time of a file or of its directory. */
export async function filesAsTheyAre(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true });
  const paths = [directory, ...names.sort().map((name) => join(directory, name))];
  return Promise.all(
    paths.map(async (path) => {
      const { ino, mode, size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
      return `${path} ${ino} ${mode.toString(8)} ${size} ${mtimeNs} ${ctimeNs}`;
    }),
  );
}
