import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Kind } from "./plugin-kinds.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** The files of a kind's template, by path. */
export async function readTemplate(kind: Kind): Promise<ReadonlyMap<string, string>> {
  const folder = join(PACKAGE, "templates", kind);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.toSorted().map(async (file) => [relative(folder, file), await readFile(file, "utf8")] as const),
    ),
  );
}

/** What the templates are tested with, by name: what this package's own package.json says. */
export async function templateVersions(): Promise<Readonly<Record<string, string>>> {
  const manifest = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  return manifest.devDependencies;
}
