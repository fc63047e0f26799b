import { relative, resolve } from "node:path";
import { exports as exportsOf, legacy } from "resolve.exports";
import type { InstalledPackage } from "./installed-packages.js";

/** The file that `import` would load for an entry (`.`, `./check`) of an installed package. Throws, saying what is
 * missing, where the package has no such entry. */
export function packageEntry({ directory, fields }: InstalledPackage, entry: string): string {
  const file = resolve(directory, target(fields as { name: string; main?: unknown; exports?: unknown }, entry));
  if (relative(directory, file).startsWith("..")) throw new Error(`its entry "${entry}" leads out of the package`);
  return file;
}

function target(fields: { name: string; main?: unknown; exports?: unknown }, entry: string): string {
  if (fields.exports === undefined || fields.exports === null) {
    if (entry !== ".") return entry;
    return legacy(fields, { browser: false, fields: ["main"] }) ?? "index.js";
  }
  try {
    // The conditions of Node's own `import`: "import", "node" and "default".
    const found = exportsOf(fields, entry);
    if (found?.[0] !== undefined) return found[0];
  } catch {
    // said below, in words that name what to look at
  }
  throw new Error(`"exports" in its package.json has no entry "${entry}" that can be imported`);
}
