import { existsSync } from "node:fs";
import { join } from "node:path";
import { installedTree, installWithNpm, installWithPnpm } from "./installed-tree.mjs";
import { neededFor, pluginsOf } from "./packed-packages.mjs";
import { TRIALS } from "./plugin-trials.mjs";
import { mustRun } from "./run-command.mjs";
import { Failure } from "./terminal.mjs";
import { tryPlugin } from "./try-plugin.mjs";

const command = (directory) => join(directory, "node_modules/.bin/lighthouse-runner");

/** Installs a package with npm and with pnpm, imports all its entries, has the command list its plugins, runs the
 * package against its real server, and gives the tree that npm has made. */
export async function installAlone(name, { directory, all, packed, base }) {
  const short = base === undefined ? "base" : name.slice(name.indexOf("/") + 1);
  const [byNpm, byPnpm] = ["npm", "pnpm"].map((manager) => join(directory, `${manager}-${short}`));
  const tarballs = (wanted) => packed.filter((entry) => neededFor(wanted, all).includes(entry.name));
  const { manifest } = packed.find((entry) => entry.name === name);
  await installWithNpm(byNpm, tarballs([name]));
  const tree = installedTree(byNpm);
  const strangers = tree.names.filter((other) => isOther(other, name, all));
  if (strangers.length > 0) throw new Failure(`${name}, installed alone, brings along ${strangers.join(", ")}`);
  if (base === undefined) return { name, ...tree };
  await installWithPnpm(byPnpm, tarballs([name]));
  for (const where of [byNpm, byPnpm]) await importEntries(manifest, where);
  if (existsSync(command(byNpm))) await checkListed(name, manifest, byNpm);
  const trial = TRIALS[name];
  if (trial === undefined) return { name, ...tree };
  const where = trial.beside.length === 0 ? byNpm : join(directory, `trial-${short}`);
  if (where !== byNpm) await installWithNpm(where, tarballs([name, ...trial.beside]));
  await tryPlugin(name, trial, command(where));
  return { name, ...tree, tried: true };
}

/** A package of plugins that has no place in the tree of another one; the bundle alone has them all. */
function isOther(name, installed, all) {
  if (name === installed) return false;
  const declared = all.find(({ manifest }) => manifest.name === installed)?.manifest.dependencies ?? {};
  const found = all.find(({ manifest }) => manifest.name === name);
  return found !== undefined && pluginsOf(found.manifest).length > 0 && !(name in declared);
}

async function importEntries(manifest, cwd) {
  for (const entry of Object.keys(manifest.exports ?? {})) {
    const specifier = manifest.name + entry.slice(1);
    const script = `const entry = await import(${JSON.stringify(specifier)}); if (Object.keys(entry).length === 0) throw new Error("${specifier} exports nothing")`;
    await mustRun(process.execPath, ["--input-type=module", "-e", script], { cwd });
  }
}

async function checkListed(name, manifest, cwd) {
  const { stdout } = await mustRun(command(cwd), ["plugins", "--json"], { cwd });
  const listed = JSON.parse(stdout).plugins.filter((plugin) => plugin.package === name);
  for (const { kind, name: plugin } of pluginsOf(manifest)) {
    if (!listed.some((entry) => entry.kind === kind && entry.name === plugin))
      throw new Failure(
        `with ${name} installed, lighthouse-runner plugins does not list ${kind} ${plugin}:\n${stdout}`,
      );
  }
}
