import type { JsonSchema } from "@lighthouse-sd/core";
import { nameList } from "../name-list.js";
import type { LoadedPlugin } from "../plugins/loaded-plugin.js";
import { isUnusable, type PluginFinder } from "../plugins/plugin-finder.js";
import {
  clusterSchema,
  FILE_KINDS,
  type FileKind,
  instanceSchema,
  ownSchema,
  serviceSchema,
} from "../schema/file-schema.js";
import { suggestName } from "../suggest-name.js";
import { EXIT, UsageError } from "./exit-codes.js";

/** What `schema` is asked for. */
export interface SchemaOptions {
  readonly kind: string;
  /** Of a balancer or a discovery: its plugin. */
  readonly name: string | undefined;
  readonly plugins: PluginFinder;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
}

/** Prints the JSON Schema of a kind of file, what the plugins that are installed take in it included. Gives the exit code;
 * rejects with UsageError where it is not clear which one, and with the reason where a plugin cannot be used. */
export async function runSchema({ kind, name, plugins, out }: SchemaOptions): Promise<number> {
  const known = FILE_KINDS.find((candidate) => candidate === kind);
  if (known === undefined) throw new UsageError(`there is no kind of file ${suggestName(kind, FILE_KINDS)}`);
  if (name !== undefined && !hasPlugin(known)) throw new UsageError(`schema ${kind} takes no name`);
  out(`${JSON.stringify(await schemaOf(known, name, plugins), null, 2)}\n`);
  return EXIT.done;
}

function hasPlugin(kind: FileKind): kind is "balancer" | "discovery" {
  return kind === "balancer" || kind === "discovery";
}

function isCheck(plugin: LoadedPlugin): plugin is LoadedPlugin<"check"> {
  return plugin.kind === "check";
}

async function schemaOf(kind: FileKind, name: string | undefined, plugins: PluginFinder): Promise<JsonSchema> {
  if (kind === "runner" || kind === "logging") return ownSchema(kind);
  if (kind === "cluster") return clusterSchema(await usable(plugins));
  if (kind === "service") return serviceSchema((await usable(plugins)).filter(isCheck));
  const found = await plugins.find(kind, name ?? (await only(kind, plugins)));
  if (isUnusable(found)) throw new Error(found.reason);
  return instanceSchema(found);
}

/** The only plugin of a kind; where there are more, one has to be named. */
async function only(kind: "balancer" | "discovery", plugins: PluginFinder): Promise<string> {
  const names = (await plugins.discover()).flatMap((plugin) => (plugin.kind === kind ? [plugin.name] : []));
  const [first] = names;
  if (first === undefined) throw new Error(`no ${kind} plugin is installed`);
  if (names.length > 1) throw new UsageError(`say which ${kind} is meant: ${nameList(names, names.length)}`);
  return first;
}

async function usable(plugins: PluginFinder): Promise<readonly LoadedPlugin[]> {
  const all = await plugins.discover();
  const found = await Promise.all(all.map(({ kind, name }) => plugins.find(kind, name)));
  return found.flatMap((plugin) => (isUnusable(plugin) ? [] : [plugin]));
}
