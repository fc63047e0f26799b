import { type JsonSchema, nearestWord, type Problem } from "@lighthouse-sd/core";
import { CLUSTER_KEYS, GUARD_SCHEMA } from "./cluster-file.js";
import type { FileProblem } from "./configuration.js";
import { type DraftOf, placeProblem } from "./draft.js";
import type { FileSet } from "./file-set.js";
import { takesWord } from "./schema-words.js";

/** What a person may want to know of a cluster's file beside the instances of this host, though nothing is wrong.
 * `broken`: instances whose file has no valid version. */
export function clusterNotices(
  cluster: DraftOf<"cluster">,
  set: FileSet,
  broken: ReadonlyMap<string, string>,
): readonly FileProblem[] {
  if (cluster.content === undefined) return [];
  const notices = [...blockNotices(cluster.content.value, cluster.content.discovery, set, broken)];
  const discovery = set.discoveries.get(cluster.content.discovery ?? "");
  if (discovery?.placeholder === true) {
    const message = `${discovery.file} has no valid version: the members of this cluster stay as they are`;
    notices.push({ path: ["discovery"], message });
  }
  return [...notices.map((notice) => placeProblem(cluster, notice)), ...wordNotices(cluster, set)];
}

function blockNotices(
  value: Readonly<Record<string, unknown>>,
  discovery: string | undefined,
  set: FileSet,
  broken: ReadonlyMap<string, string>,
): readonly Problem[] {
  const blocks = Object.keys(value).filter((key) => !CLUSTER_KEYS.includes(key));
  const carriers = blocks.filter((key) => set.balancers.has(key) || broken.has(key));
  const notices = blocks
    .filter((key) => !set.balancers.has(key) && key !== discovery)
    .filter((key) => value[key] === null || (typeof value[key] === "object" && !Array.isArray(value[key])))
    .map((key): Problem => ({ path: [key], message: unusedBlock(key, discovery, set, broken), atKey: true }));
  if (carriers.length > 0) return notices;
  const known = [...set.balancers.keys()].sort();
  const balancers = known.length === 0 ? "this host has none" : `this host has: ${known.join(", ")}`;
  return [...notices, { path: [], message: `no block for a balancer of this host, so none carries it; ${balancers}` }];
}

function unusedBlock(
  key: string,
  discovery: string | undefined,
  set: FileSet,
  broken: ReadonlyMap<string, string>,
): string {
  const file = broken.get(key);
  if (file !== undefined) return `not used: ${file} has no valid version`;
  if (set.discoveries.has(key)) return `not used: the discovery of this cluster is "${discovery}"`;
  const nearest = nearestWord(key, [...CLUSTER_KEYS, ...set.balancers.keys(), ...set.discoveries.keys()]);
  if (nearest !== undefined) return `not used: this host has no balancer "${key}"; did you mean "${nearest}"?`;
  return `not used: this host has no balancer "${key}"`;
}

/** Of blocks that nothing here can judge, nothing is said. */
function wordNotices(cluster: DraftOf<"cluster">, set: FileSet): readonly FileProblem[] {
  const { words = [], discovery = "" } = cluster.content ?? {};
  return words.flatMap(({ path: [key, ...path], node, word, message }) => {
    const schema = schemaOf(String(key), discovery, set);
    if (schema === undefined || takesWord(schema, path, word)) return [];
    return [{ file: cluster.file, ...cluster.source?.place(node), message }];
  });
}

function schemaOf(key: string, discovery: string, set: FileSet): JsonSchema | undefined {
  if (key === "guard") return GUARD_SCHEMA;
  if (CLUSTER_KEYS.includes(key)) return {};
  const instance = set.balancers.get(key) ?? (key === discovery ? set.discoveries.get(key) : undefined);
  return instance?.content?.plugin.plugin.clusterSchema;
}
