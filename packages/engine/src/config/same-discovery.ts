import { isDeepStrictEqual } from "node:util";
import type { DiscoverySettings } from "./configuration.js";

/** True where one instance can stand for both: the same plugin with the same configuration. */
export function sameDiscovery(a: DiscoverySettings, b: DiscoverySettings): boolean {
  return a === b || (a.plugin.plugin === b.plugin.plugin && isDeepStrictEqual(a.config, b.config));
}
