import type { RabbitMQBlock } from "../config/rabbitmq-config.js";
import { isNodeName } from "./node-name.js";

/** How every fragment begins: a file without it is not ours. */
const HEADER = "# Written by Lighthouse from live membership. Changes made here are overwritten.";

const KEY = "cluster_formation.classic_config.nodes.";

/** The fragment's text. `names` has the broker's own name at least: RabbitMQ keeps the last list it read where a file
 * has none. Throws on a name that is none: a broker with a bad line does not boot. */
export function renderFragment(
  names: Iterable<string>,
  block: Pick<RabbitMQBlock, "expected_size" | "partition_handling">,
): string {
  const sorted = [...new Set(names)].sort();
  const bad = sorted.find((name) => !isNodeName(name));
  if (bad !== undefined || sorted.length === 0) throw new Error(`no list of Erlang nodes: ${JSON.stringify(sorted)}`);
  const lines = [
    HEADER,
    "cluster_formation.peer_discovery_backend = classic_config",
    ...sorted.map((name, index) => `${KEY}lh${index + 1} = ${name}`),
  ];
  if (block.expected_size !== undefined) {
    lines.push(`cluster_formation.target_cluster_size_hint = ${block.expected_size}`);
  }
  if (block.partition_handling !== undefined) lines.push(`cluster_partition_handling = ${block.partition_handling}`);
  return `${lines.join("\n")}\n`;
}

/** The Erlang nodes that a fragment of ours lists; undefined: it is not ours. */
export function parseFragment(text: string): readonly string[] | undefined {
  if (!text.startsWith(HEADER)) return undefined;
  return text
    .split("\n")
    .filter((line) => line.startsWith(KEY))
    .map((line) => line.slice(line.indexOf("=") + 1).trim())
    .filter(isNodeName);
}
