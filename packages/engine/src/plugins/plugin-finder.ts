import { pathToFileURL } from "node:url";
import { nearestWord, type PluginKind } from "@lighthouse-sd/core";
import { errorText } from "../error-text.js";
import type { BuiltInPlugin } from "./built-in-plugin.js";
import {
  type InstalledPackage,
  likelyPackages,
  nodeModulesAbove,
  packagesNamedBy,
  readPackage,
} from "./installed-packages.js";
import { type FoundPlugin, loadPlugin } from "./load-plugin.js";
import type { LoadedPlugin, UnusablePlugin } from "./loaded-plugin.js";
import { packageEntry } from "./package-entry.js";
import { type DeclaredPlugin, pluginManifest } from "./plugin-manifest.js";

/** A plugin that is there, as its package declares it. */
export interface KnownPlugin {
  readonly kind: PluginKind;
  readonly name: string;
  readonly packageName: string;
  readonly version: string;
  readonly contract: number;
  /** `built in`, or the package's directory. */
  readonly where: string;
}

/** Where plugins are looked for. */
export interface PluginFinderOptions {
  readonly builtIn: readonly BuiltInPlugin[];
  /** Directories from which node_modules are walked upwards, in this order. */
  readonly searchFrom: readonly string[];
}

/** True for a plugin that cannot be used. */
export function isUnusable(plugin: LoadedPlugin | UnusablePlugin): plugin is UnusablePlugin {
  return "reason" in plugin;
}

/** Finds the plugin that a `type` stands for: among those built in; then in the package named by it, in
 * `@lighthouse-sd/<type>` and `lighthouse-sd-<type>`; then in any package of these two families that declares one of
 * that name. `<package>#<name>` picks one of several in a package. */
export class PluginFinder {
  readonly #builtIn: readonly FoundPlugin[];
  readonly #brokenBuiltIn: readonly string[];
  readonly #nodeModules: readonly string[];
  readonly #loaded = new Map<string, Promise<LoadedPlugin | UnusablePlugin>>();
  readonly #known = new Map<string, KnownPlugin>();

  constructor(options: PluginFinderOptions) {
    const read = options.builtIn.map((plugin) => foundIn(plugin.manifest, "built in", (entry) => plugin.load(entry)));
    this.#builtIn = read.flatMap((found) => (typeof found === "string" ? [] : found));
    this.#brokenBuiltIn = read.filter((found) => typeof found === "string");
    this.#nodeModules = nodeModulesAbove(options.searchFrom);
    for (const found of this.#builtIn) this.#remember(found);
  }

  /** Never rejects. A plugin that was loaded, or that failed while loading, stays what it is until the process ends, as
   * Node's own modules do; one that was not there is looked for again at the next call. */
  async find<Kind extends PluginKind>(kind: Kind, type: string): Promise<LoadedPlugin<Kind> | UnusablePlugin> {
    const found = await this.#locate(kind, type).catch(
      (error: unknown) => `looking for ${kind} plugin "${type}" failed: ${errorText(error)}`,
    );
    if (typeof found === "string") return { kind, type, reason: found };
    this.#remember(found);
    const key = `${kind} ${found.declared.name} ${found.where}`;
    const loading = this.#loaded.get(key) ?? loadPlugin(found, type);
    this.#loaded.set(key, loading);
    return (await loading) as LoadedPlugin<Kind> | UnusablePlugin;
  }

  /** The built-in plugins and those found so far, by kind and name. */
  known(): readonly KnownPlugin[] {
    return [...this.#known.values()].sort((a, b) => order(a).localeCompare(order(b), "en"));
  }

  /** Looks through all packages whose name says that they hold plugins; the result is that of `known`. */
  async discover(): Promise<readonly KnownPlugin[]> {
    for (const found of await this.#likely()) {
      if (typeof found !== "string") this.#remember(found);
    }
    return this.known();
  }

  #remember({ manifest, declared, where }: FoundPlugin): void {
    const { kind, name, contract } = declared;
    const key = `${kind} ${name}`;
    const { packageName, version } = manifest;
    if (!this.#known.has(key)) this.#known.set(key, { kind, name, packageName, version, contract, where });
  }

  /** The plugin, not loaded yet; a text: why there is none. */
  async #locate(kind: PluginKind, type: string): Promise<FoundPlugin | string> {
    const [packageName = "", pluginName] = type.split("#");
    const builtIn = choose(this.#builtIn, kind, packageName, pluginName);
    if (typeof builtIn === "object") return builtIn;
    const asides = [...this.#brokenBuiltIn, ...(builtIn === undefined ? [] : [builtIn])];
    const names = packagesNamedBy(packageName);
    if (names.length === 0) return `"${type}" is neither the name of a plugin nor that of a package`;
    for (const nodeModules of this.#nodeModules) {
      for (const name of names) {
        const found = await installedPlugins(nodeModules, name);
        if (typeof found === "string") asides.push(found);
        const chosen = choose(typeof found === "string" ? [] : found, kind, packageName, pluginName);
        if (typeof chosen === "object") return chosen;
        if (chosen !== undefined) asides.push(chosen);
      }
    }
    const likely = await this.#likely();
    const declaring = likely.find(
      (found) => typeof found !== "string" && found.declared.kind === kind && found.declared.name === type,
    );
    if (typeof declaring === "object") return declaring;
    return this.#absent(kind, type, names, asides, likely);
  }

  async #likely(): Promise<readonly (FoundPlugin | string)[]> {
    const all: (FoundPlugin | string)[] = [];
    for (const nodeModules of this.#nodeModules) {
      for (const name of await likelyPackages(nodeModules))
        all.push(...[await installedPlugins(nodeModules, name)].flat());
    }
    return all;
  }

  #absent(
    kind: PluginKind,
    type: string,
    names: readonly string[],
    asides: readonly string[],
    likely: readonly (FoundPlugin | string)[],
  ): string {
    const known = [...this.#builtIn, ...likely.filter((found) => typeof found !== "string")]
      .filter((found) => found.declared.kind === kind)
      .map((found) => found.declared.name);
    const nearest = nearestWord(type, known);
    const there = known.length === 0 ? "none is there" : `there are: ${[...new Set(known)].sort().join(", ")}`;
    const remedy =
      nearest === undefined ? `install the package that offers it (${there})` : `did you mean "${nearest}"?`;
    const aside = asides.length === 0 ? "" : `; ${[...new Set(asides)].join("; ")}`;
    return `no ${kind} plugin "${type}" was found, built in or in a package ${names.join(", ")} under ${this.#places()}: ${remedy}${aside}`;
  }

  #places(): string {
    if (this.#nodeModules.length === 0) return "no directory at all";
    const shown = this.#nodeModules.slice(0, 3).join(", ");
    return this.#nodeModules.length > 3 ? `${shown} and ${this.#nodeModules.length - 3} more above` : shown;
  }
}

function order(plugin: KnownPlugin): string {
  return `${plugin.kind} ${plugin.name}`;
}

/** The one that is meant; undefined: none of them; a text: why none of a package that is meant. */
function choose(
  found: readonly FoundPlugin[],
  kind: PluginKind,
  packageOrPlugin: string,
  pluginName: string | undefined,
): FoundPlugin | string | undefined {
  const ofKind = found.filter(({ declared }) => declared.kind === kind);
  if (pluginName === undefined) {
    const named = ofKind.find(({ declared }) => declared.name === packageOrPlugin);
    if (named !== undefined) return named;
  }
  const inPackage = ofKind.filter(({ manifest }) => manifest.packageName === packageOrPlugin);
  const wanted =
    pluginName === undefined ? inPackage : inPackage.filter(({ declared }) => declared.name === pluginName);
  if (wanted.length === 1) return wanted[0];
  if (wanted.length > 1) {
    const names = wanted.map(({ declared }) => `"${packageOrPlugin}#${declared.name}"`).join(" or ");
    return `package ${packageOrPlugin} has several ${kind} plugins: write ${names}`;
  }
  const others = found.filter(({ manifest }) => manifest.packageName === packageOrPlugin);
  if (others.length === 0) return undefined;
  const offered = others.map(({ declared }: { declared: DeclaredPlugin }) => `${declared.kind} "${declared.name}"`);
  return `package ${packageOrPlugin} is there, but offers only ${offered.join(", ")}`;
}

/** All plugins of a package; a text: what is wrong with what it says of them. */
function foundIn(
  fields: InstalledPackage["fields"],
  where: string,
  load: (entry: string) => Promise<unknown>,
): readonly FoundPlugin[] | string {
  const manifest = pluginManifest(fields);
  if (manifest === undefined) return [];
  if (typeof manifest === "string") return `package ${String(fields.name)} (${where}) is there, but ${manifest}`;
  return manifest.plugins.map((declared) => ({ manifest, declared, where, load: () => load(declared.export) }));
}

async function installedPlugins(nodeModules: string, name: string): Promise<readonly FoundPlugin[] | string> {
  const found = await readPackage(nodeModules, name);
  if (found === undefined) return [];
  if (typeof found === "string") return `package ${name} in ${nodeModules} is there, but ${found}`;
  const load = async (entry: string): Promise<unknown> => import(pathToFileURL(packageEntry(found, entry)).href);
  return foundIn(found.fields, found.directory, load);
}
