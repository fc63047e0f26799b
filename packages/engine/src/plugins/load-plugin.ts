import { CONTRACT, type PluginKind } from "@lighthouse-sd/core";
import { errorText } from "../error-text.js";
import type { LoadedPlugin, UnusablePlugin } from "./loaded-plugin.js";
import type { DeclaredPlugin, PluginManifest } from "./plugin-manifest.js";
import { shapeProblems } from "./plugin-shape.js";

/** A plugin that was found, before any of its code has run. */
export interface FoundPlugin {
  readonly manifest: PluginManifest;
  readonly declared: DeclaredPlugin;
  /** Where its package is, for people: `built in`, a directory. */
  readonly where: string;
  /** Runs the module of its entry. */
  load(): Promise<unknown>;
}

/** How long the module of a plugin may take to load, in milliseconds. */
const LOAD_LIMIT_MS = 20_000;

/** Loads a found plugin and checks that it is one that this engine can run. Never rejects. */
export async function loadPlugin(found: FoundPlugin, type: string): Promise<LoadedPlugin | UnusablePlugin> {
  const { manifest, declared } = found;
  const { kind, name, contract } = declared;
  const who = `${kind} "${name}" of package ${manifest.packageName} ${manifest.version} (${found.where})`;
  const unusable = (reason: string): UnusablePlugin => ({ kind, type, reason: `${who} ${reason}` });
  if (contract !== CONTRACT[kind]) return unusable(otherContract(kind, contract, manifest.packageName));
  let plugin: unknown;
  try {
    plugin = defaultExport(await withinLimit(found.load()));
  } catch (error) {
    return unusable(`cannot be loaded: ${errorText(error)}; install it again, then restart`);
  }
  const [problem] = shapeProblems(kind, plugin);
  if (problem !== undefined) return unusable(`is no ${kind} plugin: ${problem}; this is for its author to mend`);
  const { packageName, version } = manifest;
  return { kind, name, packageName, version, contract, plugin: plugin as LoadedPlugin["plugin"] };
}

function otherContract(kind: PluginKind, found: number, packageName: string): string {
  const wanted = CONTRACT[kind];
  const remedy = found > wanted ? "update @lighthouse-sd/engine (or the runner)" : `update ${packageName}`;
  return `was written for contract ${found} of its kind; this engine speaks contract ${wanted}: ${remedy}`;
}

async function withinLimit(loading: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const text = `its module did not finish loading within ${LOAD_LIMIT_MS / 1000} s`;
    timer = setTimeout(() => reject(new Error(text)), LOAD_LIMIT_MS);
  });
  try {
    return await Promise.race([loading, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The default export, also of a module that was compiled to CommonJS. */
function defaultExport(module: unknown): unknown {
  const outer = (module as { readonly default?: unknown } | null | undefined)?.default;
  const inner = (outer as { readonly default?: unknown } | null | undefined)?.default;
  return typeof outer === "object" && inner !== undefined ? inner : outer;
}
