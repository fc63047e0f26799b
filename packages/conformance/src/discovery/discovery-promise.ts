import type { PluginPromise } from "../plugin/promise.js";
import type { DiscoveryBench } from "./discovery-bench.js";
import type { DiscoverySubject } from "./discovery-subject.js";

/** One promise of the discovery contract. */
export type DiscoveryPromise = PluginPromise<DiscoverySubject, DiscoveryBench>;

/** Whether the plugin registers nodes too. */
export function reports({ plugin }: DiscoverySubject): boolean {
  return typeof (plugin.prototype as { readonly report?: unknown }).report === "function";
}
