import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PackageFields } from "@lighthouse-sd/engine";

/** The package.json of an installed package, as it is installed: its version may be newer than at our build. None of
 * the package's code is run. */
export function packageFields(name: string): PackageFields {
  // Packages need not offer their package.json as an entry: it is found as a file, above the entry that they do offer.
  let folder = new URL(".", import.meta.resolve(name));
  for (;;) {
    const fields = read(new URL("package.json", folder));
    if (fields?.name === name) return fields;
    const above = new URL("..", folder);
    if (above.href === folder.href) throw new Error(`${name} has no package.json above ${import.meta.resolve(name)}`);
    folder = above;
  }
}

function read(url: URL): PackageFields | undefined {
  try {
    return JSON.parse(readFileSync(fileURLToPath(url), "utf8")) as PackageFields;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
