import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuiltInPlugin } from "../plugins/built-in-plugin.js";
import { PluginFinder } from "../plugins/plugin-finder.js";

/** What comes with the program that runs. */
export interface Bundle {
  /** The plugins that need not be installed. */
  readonly builtIn: readonly BuiltInPlugin[];
  /** The program's version. */
  readonly version: string;
}

/** Where plugins are looked for, in this order: built in, --plugins-dir, the configuration directory (without one, the
 * working directory), the running engine. */
export function pluginFinder(
  bundle: Bundle,
  directory: string | undefined,
  pluginsDir: string | undefined,
): PluginFinder {
  const engine = dirname(fileURLToPath(import.meta.url));
  const typed = pluginsDir === undefined ? [] : [resolve(pluginsDir)];
  return new PluginFinder({ builtIn: bundle.builtIn, searchFrom: [...typed, resolve(directory ?? "."), engine] });
}
