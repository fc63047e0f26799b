import type { Cluster, Node } from "@lighthouse-sd/core";
import { schemaValidator } from "@lighthouse-sd/core";
import type { Answer, ClusterView } from "../src/broker/cluster-view.js";
import { clusterSchema } from "../src/config/cluster-schema.js";
import type { RabbitMQBlock } from "../src/config/rabbitmq-config.js";

/** A broker's answer about its cluster; what is not said is as in a healthy one. */
export function viewOf(members: readonly string[], more: Partial<ClusterView> = {}): ClusterView {
  return { members, running: members, partitioned: [], alarms: [], version: "3.10.8", ...more };
}

/** The same as an answer. */
export function known<T>(value: T): Answer<T> {
  return { known: true, value };
}

/** A cluster's block as its file would hold it, validated. */
export function blockOf(given: Partial<RabbitMQBlock> = {}): RabbitMQBlock {
  return schemaValidator<RabbitMQBlock>(clusterSchema)(given);
}

/** A node whose Erlang node is `name`, with its clients' port. */
export function nodeOf(name: unknown, index: number, port = 5672): Node {
  const host = `mq-${index}.example.com`;
  const metadata = { rabbitmq_node: name as string };
  return { name: `${host}:${port}`, host, ip: "127.0.0.1", port, peer: null, metadata };
}

/** A cluster of brokers with these Erlang nodes' names. */
export function clusterOf(
  names: readonly unknown[] | null,
  block: Partial<RabbitMQBlock> = {},
  live = true,
): Cluster<RabbitMQBlock> {
  const nodes = names === null ? null : names.map((name, index) => nodeOf(name, index));
  return { name: "mq", metaCluster: null, config: blockOf(block), nodes, live };
}
