import type { ClusterProblem } from "@lighthouse-sd/core";
import type { HAProxyConfig } from "./config/haproxy-config.js";
import { beginsSection, firstWord, lastArgument } from "./render/directives.js";
import type { ClusterPart } from "./render/render-cluster.js";

/** HAProxy gives roundrobin this many turns in one backend; servers beyond them get almost no requests. */
const ROUNDROBIN_LIMIT = 4095;

const DIRECTIVE_LISTS: ReadonlySet<string> = new Set(["global", "defaults", "frontend", "backend", "options"]);

/** What HAProxy accepts but a person should know. */
export function clusterNotices(config: HAProxyConfig, parts: readonly ClusterPart[]): readonly ClusterProblem[] {
  return [
    ...olderKeys(config),
    ...sectionLines(null, { ...config }),
    ...parts.flatMap((part) => [...sectionLines(part.name, { ...part.block }), ...roundrobinNotice(config, part)]),
  ];
}

/** Directives that are left out because they would begin a section of their own. */
function sectionLines(
  cluster: string | null,
  value: unknown,
  path: readonly (string | number)[] = [],
): ClusterProblem[] {
  if (typeof value === "string") {
    if (!isDirective(path) || !beginsSection(value)) return [];
    const message = `left out: "${firstWord(value)}" begins a section of its own, which belongs into extra_files`;
    return [{ cluster, path, message }];
  }
  if (typeof value !== "object" || value === null) return [];
  const entries = Array.isArray(value) ? value.map((entry, index) => [index, entry] as const) : Object.entries(value);
  return entries.flatMap(([key, entry]) => sectionLines(cluster, entry, [...path, key]));
}

/** True for the path of an entry in a list of directives. */
function isDirective(path: readonly (string | number)[]): boolean {
  const list = path.at(-2);
  return typeof path.at(-1) === "number" && typeof list === "string" && DIRECTIVE_LISTS.has(list);
}

function olderKeys(config: HAProxyConfig): ClusterProblem[] {
  if (Object.keys(config.meta_cluster_ports).length === 0) return [];
  const message = "is the older form of meta_clusters, which takes frontend directives too: meta_clusters.<name>.port";
  return [{ cluster: null, path: ["meta_cluster_ports"], message, atKey: true }];
}

function roundrobinNotice(config: HAProxyConfig, { name, block, nodes }: ClusterPart): ClusterProblem[] {
  const algorithm = lastArgument(block.backend, "balance") ?? lastArgument(config.defaults, "balance") ?? "roundrobin";
  if (nodes.length <= ROUNDROBIN_LIMIT || algorithm !== "roundrobin") return [];
  const message =
    `has ${nodes.length} nodes; balance roundrobin serves at most ${ROUNDROBIN_LIMIT} of them as it should: ` +
    "use leastconn or random";
  return [{ cluster: name, path: ["backend"], message }];
}
