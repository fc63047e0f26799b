import type { PluginKind } from "@lighthouse-sd/core";
import type { LoadedPlugin, UnusablePlugin } from "../plugins/loaded-plugin.js";
import { isUnusable, type PluginFinder } from "../plugins/plugin-finder.js";
import type { Draft } from "./draft.js";

/** The key of the one plugin that a balancer's or discovery's file asks for. */
export const OWN_PLUGIN = "";

/** A plugin that a file asks for. */
export interface WantedPlugin {
  /** What it is wanted for, within its file: OWN_PLUGIN, or a check's name. */
  readonly key: string;
  readonly kind: PluginKind;
  readonly type: string;
}

/** What was found for the plugins that a file asks for, by their keys. */
export type FoundPlugins = ReadonlyMap<string, LoadedPlugin | UnusablePlugin>;

/** Looks for all of them. */
export async function findPlugins(finder: PluginFinder, wanted: readonly WantedPlugin[]): Promise<FoundPlugins> {
  const found = wanted.map(async ({ key, kind, type }) => [key, await finder.find(kind, type)] as const);
  return new Map(await Promise.all(found));
}

/** True for a kind of file whose validity depends on what plugins say. */
export function dependsOnPlugins({ kind }: Pick<Draft, "kind">): boolean {
  return kind === "balancer" || kind === "discovery" || kind === "service";
}

/** True where `draft` was read with just these plugins, and all of them could be used. */
export function wasReadWith(draft: Draft, found: FoundPlugins): boolean {
  const used = pluginsOf(draft);
  if (used === undefined || used.size !== found.size) return false;
  return [...found].every(([key, plugin]) => !isUnusable(plugin) && used.get(key) === plugin);
}

function pluginsOf(draft: Draft): ReadonlyMap<string, LoadedPlugin> | undefined {
  if (draft.content === undefined) return undefined;
  if (draft.kind === "balancer" || draft.kind === "discovery") return new Map([[OWN_PLUGIN, draft.content.plugin]]);
  if (draft.kind !== "service" || draft.content.settings === undefined) return undefined;
  return new Map([...draft.content.settings.checks].map(([name, { plugin }]) => [name, plugin]));
}
