import type { Cluster, ClusterProblem } from "@lighthouse-sd/core";
import type { HAProxyBlock, HAProxyConfig } from "./config/haproxy-config.js";
import { areChecked, serverWords } from "./runtime/server-parameters.js";

/** Clusters with members that are held, whom HAProxy would go on sending requests to if they were dead. */
export function heldNotices(
  config: HAProxyConfig,
  clusters: readonly Cluster<HAProxyBlock>[],
): readonly ClusterProblem[] {
  return clusters
    .filter(({ held, config: block }) => held === true && !findsDead(block, config))
    .map(({ name, config: block }) => ({
      cluster: name,
      path: block.server_options === "" ? [] : ["server_options"],
      message:
        "members are held that their source no longer names, and HAProxy does not check them: one that is dead goes on " +
        `getting requests; give "check" in server_options, or let those held go: lighthouse-runner release ${name}`,
    }));
}

/** A server that tracks another one shares what that one's check says. */
function findsDead(block: HAProxyBlock, config: HAProxyConfig): boolean {
  const words = serverWords(block, config);
  return areChecked(words) || words.includes("track");
}
