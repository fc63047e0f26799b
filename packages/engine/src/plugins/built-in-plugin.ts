import type { PackageFields } from "./plugin-manifest.js";

/** A package of plugins that comes with the runner. */
export interface BuiltInPlugin {
  /** The fields `name`, `version` and `lighthouse-sd` of its package.json. */
  readonly manifest: PackageFields;
  /** Runs the module of one of its entries (`.`, `./check`). */
  load(entry: string): Promise<unknown>;
}
