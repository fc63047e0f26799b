import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./run-command.mjs";
import { pnpm } from "./setup.mjs";

/** Installs tarballs with npm into a new directory, where nothing of this workspace is in reach. */
export async function installWithNpm(directory, packed) {
  mkdirSync(directory);
  writeFileSync(join(directory, "package.json"), '{"private": true, "type": "module"}\n');
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await mustRun("npm", ["install", ...quiet, ...packed.map(({ tarball }) => tarball)], { cwd: directory });
}

/** Likewise with pnpm, whose node_modules holds for each package what it declares and nothing else. What the packages
 * need of one another is taken from the tarballs too. */
export async function installWithPnpm(directory, packed) {
  mkdirSync(directory);
  const files = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = { private: true, type: "module", dependencies: files, pnpm: { overrides: files } };
  writeFileSync(join(directory, "package.json"), JSON.stringify(manifest));
  const flags = ["install", "--prefer-offline", "--ignore-workspace", "--silent", "--no-lockfile"];
  await mustRun(...pnpm(flags, { cwd: directory }));
}

/** What npm has installed in a directory: the names of all packages, and the bytes that they take. */
export function installedTree(directory) {
  const modules = join(directory, "node_modules");
  const { packages } = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8"));
  const names = Object.keys(packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13));
  return { names: [...new Set(names)].sort(), bytes: bytesBelow(modules) };
}

function bytesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sum + bytesBelow(path);
    return sum + (entry.isFile() ? lstatSync(path).size : 0);
  }, 0);
}
