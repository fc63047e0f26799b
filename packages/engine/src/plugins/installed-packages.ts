import { readdir, readFile, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { errorText } from "../error-text.js";
import type { PackageFields } from "./plugin-manifest.js";

/** A package in a node_modules directory, as its package.json says; nothing of it has run. */
export interface InstalledPackage {
  /** Links resolved, as Node does before it looks for what the package needs. */
  readonly directory: string;
  readonly fields: PackageFields;
}

const SCOPE = "@lighthouse-sd";
const PREFIX = "lighthouse-sd-";
const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/** The node_modules directories in which Node would look from each of `directories`, nearest first, each once. */
export function nodeModulesAbove(directories: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const start of directories) {
    for (let directory = resolve(start); ; directory = dirname(directory)) {
      if (basename(directory) !== "node_modules") found.add(join(directory, "node_modules"));
      if (directory === dirname(directory)) break;
    }
  }
  return [...found];
}

/** The packages that `type` may stand for, in the order in which they are tried. */
export function packagesNamedBy(type: string): readonly string[] {
  if (!PACKAGE_NAME.test(type)) return [];
  return type.startsWith("@") ? [type] : [type, `${SCOPE}/${type}`, `${PREFIX}${type}`];
}

/** The package `name` in `nodeModules`; undefined where there is none; a text where its package.json cannot be read. */
export async function readPackage(nodeModules: string, name: string): Promise<InstalledPackage | undefined | string> {
  try {
    const directory = await realpath(join(nodeModules, name));
    const fields: unknown = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
    if (typeof fields !== "object" || fields === null) return "its package.json is not a JSON object";
    return { directory, fields };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    return `its package.json cannot be read: ${errorText(error)}`;
  }
}

/** The names of the packages in `nodeModules` that may hold plugins: `@lighthouse-sd/*` and `lighthouse-sd-*`. */
export async function likelyPackages(nodeModules: string): Promise<readonly string[]> {
  const scoped = (await entries(join(nodeModules, SCOPE))).map((name) => `${SCOPE}/${name}`);
  const prefixed = (await entries(nodeModules)).filter((name) => name.startsWith(PREFIX));
  return [...scoped, ...prefixed].sort();
}

async function entries(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => !name.startsWith("."));
  } catch {
    return []; // absent, or not ours to read: nothing that could be loaded
  }
}
