import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./run-command.mjs";
import { pnpm, workspacePackages } from "./setup.mjs";

/** What a package on its own is installed with where it offers plugins: the command that runs them. */
const ENGINE = "@lighthouse-sd/engine";

/** The manifests of every package that is published, with the folder each is in. */
export function publicPackages() {
  return workspacePackages()
    .map((source) => ({ source, manifest: JSON.parse(readFileSync(join(source, "package.json"), "utf8")) }))
    .filter(({ manifest }) => !manifest.private);
}

/** Packs each as it would be published, into `directory`. */
export async function packAll(sources, directory) {
  const filters = sources.map(({ manifest }) => `--filter=${manifest.name}`);
  const { stdout } = await mustRun(...pnpm(["-r", ...filters, "pack", "--json", "--pack-destination", directory]));
  const packed = [JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))].flat();
  return sources.map(({ manifest }) => {
    const { filename } = packed.find(({ name }) => name === manifest.name);
    return { name: manifest.name, tarball: filename, manifest };
  });
}

/** The plugins that a package offers. */
export function pluginsOf(manifest) {
  return manifest["lighthouse-sd"]?.plugins ?? [];
}

/** The names of this workspace's packages that have to be installed for `names` to work: they themselves, what they
 * need, and for plugins the engine. */
export function neededFor(names, packages) {
  const manifests = new Map(packages.map(({ manifest }) => [manifest.name, manifest]));
  const needed = new Set();
  const add = (name) => {
    const manifest = manifests.get(name);
    if (manifest === undefined || needed.has(name)) return;
    needed.add(name);
    for (const other of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) add(other);
    if (pluginsOf(manifest).length > 0) add(ENGINE);
  };
  for (const name of names) add(name);
  return [...needed].sort();
}
