import type { Cluster, NodeReport } from "@lighthouse-sd/core";
import type { Answer, ClusterView } from "./broker/cluster-view.js";
import { isNodeName, wantedName } from "./nodes/node-name.js";

/** What the broker on this host says of each node of a cluster. */
export function describeNodes(
  { nodes }: Pick<Cluster, "nodes">,
  template: string,
  view: Answer<ClusterView>,
): readonly NodeReport[] {
  return (nodes ?? []).map((node) => {
    const name = wantedName(node, template);
    if (!isNodeName(name)) return { node: node.name, state: "unnamed", serving: false, detail: "has no usable name" };
    if (!view.known) return { node: node.name, state: "unknown", serving: false, detail: `${name}: ${view.reason}` };
    const { members, running, partitioned } = view.value;
    const isRunning = running.includes(name);
    const state = isRunning ? "running" : members.includes(name) ? "down" : "no member";
    const detail = partitioned.includes(name) ? `${name} is in a partition` : name;
    return { node: node.name, state, serving: isRunning, detail };
  });
}
