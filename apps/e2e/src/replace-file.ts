import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

let count = 0;

/** Writes a file as editors and deployment tools do: whole, beside its place, then by rename. */
export async function replaceFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  count += 1;
  const draft = join(dirname(path), `.${basename(path)}.${count}`);
  await writeFile(draft, content);
  await rename(draft, path);
}
