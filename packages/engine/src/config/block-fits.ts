import { type Cluster, type Problem, schemaValidator } from "@lighthouse-sd/core";
import type { LoadedPlugin } from "../plugins/loaded-plugin.js";
import type { DraftOf } from "./draft.js";
import { configProblems } from "./instance-file.js";

/** A cluster without its members, as validateClusters sees it. */
export type ClusterView = Omit<Cluster, "nodes" | "live">;

/** What became of a cluster's block for one instance. */
export type BlockFit =
  | { readonly view: ClusterView }
  | {
      readonly problems: readonly Problem[] /** The instance has no use for blocks at all. */;
      readonly takesNone: boolean;
    };

/** Validates the blocks of clusters, each once: the same block of the same draft for the same plugin gives the same
 * objects. */
export class BlockFits {
  readonly #known = new WeakMap<object, Map<string, { readonly plugin: unknown; readonly fit: BlockFit }>>();

  /** The cluster's block for `instance`; undefined where it has none. */
  fit(cluster: DraftOf<"cluster">, instance: string, plugin: LoadedPlugin["plugin"]): BlockFit | undefined {
    const value = cluster.content?.value;
    if (value === undefined || !Object.hasOwn(value, instance)) return undefined;
    const known = this.#known.get(cluster) ?? new Map<string, { plugin: unknown; fit: BlockFit }>();
    this.#known.set(cluster, known);
    const found = known.get(instance);
    if (found?.plugin === plugin) return found.fit;
    const fit = fitBlock(cluster, instance, plugin);
    known.set(instance, { plugin, fit });
    return fit;
  }
}

function fitBlock(cluster: DraftOf<"cluster">, instance: string, plugin: LoadedPlugin["plugin"]): BlockFit {
  const schema = "clusterSchema" in plugin ? plugin.clusterSchema : undefined;
  if (schema === undefined) {
    const problem = { path: [instance], message: `the discovery "${instance}" takes no block`, atKey: true };
    return { problems: [problem], takesNone: true };
  }
  try {
    // `haproxy:` with nothing after it is a block in which everything has its default.
    const config = schemaValidator<unknown>(schema)(cluster.content?.value[instance] ?? {});
    return { view: { name: cluster.name, metaCluster: cluster.content?.metaCluster ?? null, config } };
  } catch (error) {
    const problems = configProblems(error);
    if (problems === undefined) throw error; // the plugin's schemas were compiled with its own file
    return {
      problems: problems.map((problem) => ({ ...problem, path: [instance, ...problem.path] })),
      takesNone: false,
    };
  }
}
