import { type Cluster, durationMs, type Problem } from "@lighthouse-sd/core";
import type { RabbitMQBlock } from "./rabbitmq-config.js";

const SHORTEST_FORGET_MS = 600_000;

/** What no block's schema can see. Paths start with the cluster's name. */
export function validateClusters(
  clusters: readonly Omit<Cluster<RabbitMQBlock>, "nodes" | "live">[],
): readonly Problem[] {
  return clusters.flatMap(({ name, config: block }, index) => {
    const problems: Problem[] = [];
    const first = clusters[0]?.name;
    if (index > 0) {
      const message = `a broker is in one cluster, and this one is in "${first}"; take the block out of one of the two, or configure a second balancer of type rabbitmq for a second broker`;
      problems.push({ path: [name], message });
    }
    if (durationMs(block.forget_after) < SHORTEST_FORGET_MS) {
      problems.push({ path: [name, "forget_after"], message: `must be at least 10m, got ${block.forget_after}` });
    }
    return problems;
  });
}
