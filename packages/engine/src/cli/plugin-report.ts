import type { PluginKind } from "@lighthouse-sd/core";
import { ConfigurationDirectory } from "../config/configuration-directory.js";
import type { Draft } from "../config/draft.js";
import { parseFile, readDraft, wantedPlugins } from "../config/read-draft.js";
import { findPlugins } from "../config/wanted-plugins.js";
import { errorText } from "../error-text.js";
import type { LoadedPlugin, UnusablePlugin } from "../plugins/loaded-plugin.js";
import { isUnusable, type PluginFinder } from "../plugins/plugin-finder.js";

/** One plugin, as `plugins` tells of it. */
export interface PluginReport {
  readonly kind: PluginKind;
  readonly name: string;
  /** Null where none was found. */
  readonly package: string | null;
  readonly version: string | null;
  readonly contract: number | null;
  /** True: all that it needs is there. Null: not known, since it cannot be used. */
  readonly dependenciesMet: boolean | null;
  /** What is missing or why it cannot be used; null: nothing. */
  readonly problem: string | null;
  /** The files of the configuration directory that ask for it. */
  readonly usedBy: readonly string[];
}

interface Use {
  readonly kind: PluginKind;
  readonly type: string;
  readonly file: string;
  readonly plugin: LoadedPlugin | UnusablePlugin;
  /** Undefined where the file is not valid. */
  readonly config: unknown;
}

/** Every plugin that is installed or asked for by a file of `directory`, with what it lacks. */
export async function reportPlugins(
  finder: PluginFinder,
  directory: string | undefined,
  limitMs: number,
): Promise<readonly PluginReport[]> {
  const uses = directory === undefined ? [] : await usesIn(directory, finder);
  const known = await finder.discover();
  const installed = known.map(async (plugin) => {
    const own = uses.filter(
      ({ plugin: used }) => !isUnusable(used) && used.kind === plugin.kind && used.name === plugin.name,
    );
    const found = await finder.find(plugin.kind, plugin.name);
    const loaded = own.map((use) => use.plugin)[0] ?? found;
    const { kind, name, packageName, version, contract } = plugin;
    const identity = { kind, name, package: packageName, version, contract, usedBy: own.map((use) => use.file) };
    return { ...identity, ...(await verdict(loaded, own, limitMs)) };
  });
  const absent = uses.flatMap(({ kind, type, plugin, file }): PluginReport[] => {
    const listed = known.some((one) => one.kind === kind && one.name === type);
    if (!isUnusable(plugin) || listed) return [];
    const nothing = { package: null, version: null, contract: null, dependenciesMet: null };
    return [{ kind, name: type, ...nothing, problem: plugin.reason, usedBy: [file] }];
  });
  return [...(await Promise.all(installed)), ...absent];
}

async function verdict(
  plugin: LoadedPlugin | UnusablePlugin,
  uses: readonly Use[],
  limitMs: number,
): Promise<Pick<PluginReport, "dependenciesMet" | "problem">> {
  if (isUnusable(plugin)) return { dependenciesMet: null, problem: plugin.reason };
  const configs = uses.filter(({ config }) => config !== undefined);
  const asked = configs.length === 0 ? [undefined] : configs;
  const missing = await Promise.all(
    asked.map(async (use) => {
      const reason = await missingDependency(plugin, use?.config, limitMs);
      return reason === undefined || use === undefined ? reason : `${use.file}: ${reason}`;
    }),
  );
  const problems = missing.filter((reason) => reason !== undefined);
  return { dependenciesMet: problems.length === 0, problem: problems.length === 0 ? null : problems.join("; ") };
}

/** What the dependencies of a plugin lack; undefined: nothing. Waits no longer than the limit, whatever the plugin does. */
async function missingDependency(plugin: LoadedPlugin, config: unknown, limitMs: number): Promise<string | undefined> {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`validateDependencies did not answer within ${limitMs / 1000} s`), limitMs);
  });
  const asking = Promise.resolve()
    .then(() => plugin.plugin.validateDependencies(config === undefined ? { signal } : { signal, config }))
    .then(
      (met: unknown) => (met === true ? undefined : "its dependencies are not met, and it does not say which"),
      (error: unknown) => errorText(error),
    );
  try {
    return await Promise.race([asking, limit]);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

async function usesIn(directory: string, finder: PluginFinder): Promise<readonly Use[]> {
  const { signal } = new AbortController();
  const looked = await new ConfigurationDirectory(directory).observe({ signal, settleMs: 0, emptiedOnPurpose: false });
  const uses = looked.texts.map(async (text): Promise<readonly Use[]> => {
    const parsed = parseFile(text);
    const wanted = wantedPlugins(parsed);
    const plugins = await findPlugins(finder, wanted);
    const draft = readDraft(parsed, plugins);
    return wanted.flatMap(({ key, kind, type }) => {
      const plugin = plugins.get(key);
      return plugin === undefined ? [] : [{ kind, type, file: text.file, plugin, config: configOf(draft, key) }];
    });
  });
  return (await Promise.all(uses)).flat();
}

function configOf(draft: Draft, key: string): unknown {
  if (draft.problems.length > 0) return undefined;
  if (draft.kind === "service") return draft.content?.settings?.checks.get(key)?.config;
  return draft.kind === "balancer" || draft.kind === "discovery" ? draft.content?.config : undefined;
}
