import { isNodeName } from "../nodes/node-name.js";
import type { ClusterView } from "./cluster-view.js";

type Fields = Readonly<Record<string, unknown>>;

/** What `rabbitmqctl cluster_status --formatter json` of `node` says; undefined: it says nothing that can be used. */
export function parseClusterStatus(text: string, node: string): ClusterView | undefined {
  const status = parseObject(text);
  if (status === undefined) return undefined;
  const members = [...names(status["disk_nodes"]), ...names(status["ram_nodes"])].sort();
  if (!members.includes(node)) return undefined;
  const partitions = Object.entries(objectOf(status["partitions"]));
  const versions = objectOf(objectOf(status["versions"])[node]);
  const version = versions["rabbitmq_version"];
  return {
    members,
    running: [...names(status["running_nodes"])].sort(),
    partitioned: [...new Set(partitions.flatMap(([name, others]) => (isEmpty(others) ? [] : [name, ...names(others)])))]
      .filter(isNodeName)
      .sort(),
    alarms: listOf(status["alarms"]).map(alarm),
    version: typeof version === "string" ? version : null,
  };
}

/** What `/api/nodes` and `/api/overview` say. */
export function parseManagement(nodes: unknown, overview: unknown): { node: string; view: ClusterView } | undefined {
  const { node, rabbitmq_version: version } = objectOf(overview);
  const rows = listOf(nodes)
    .map(objectOf)
    .filter(({ name }) => isNodeName(name));
  const members = rows.map(({ name }) => String(name)).sort();
  if (!isNodeName(node) || !members.includes(node)) return undefined;
  const running = rows.filter((row) => row["running"] === true).map(({ name }) => String(name));
  const partitioned = rows.flatMap(({ name, partitions }) =>
    isEmpty(partitions) ? [] : [String(name), ...names(partitions)],
  );
  const alarms = rows.flatMap(({ name, mem_alarm: memory, disk_free_alarm: disk }) => [
    ...(memory === true ? [`${name}: memory`] : []),
    ...(disk === true ? [`${name}: disk`] : []),
  ]);
  return {
    node,
    view: {
      members,
      running: running.sort(),
      partitioned: [...new Set(partitioned)].sort(),
      alarms,
      version: typeof version === "string" ? version : null,
    },
  };
}

/** The JSON object that `text` is, or ends with: commands may print notices before it. */
export function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text.slice(Math.max(0, text.indexOf("{"))));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function names(value: unknown): readonly string[] {
  return listOf(value).filter(isNodeName);
}

/** What cannot be read as empty is not empty: a partition is rather seen than overlooked. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function alarm(value: unknown): string {
  const { node, resource, type } = objectOf(value);
  const what = [resource, type].find((word) => typeof word === "string" && /^[\w ]{1,40}$/.test(word));
  return `${isNodeName(node) ? node : "a member"}: ${what ?? "an alarm"}`;
}
