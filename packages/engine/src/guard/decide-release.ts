import type { ClusterOfRunner } from "../http/status.js";
import { nameList } from "../name-list.js";
import { suggestName } from "../suggest-name.js";

/** What an operator is told who asks for a release. */
export type ReleaseReply =
  | { readonly done: true; readonly released: readonly string[]; readonly nodes: number; readonly message: string }
  | { readonly done: false; readonly isKnown: boolean; readonly message: string };

const MOST_NAMED = 20;

/** What a release of `cluster` comes to. Pure. */
export function decideRelease(cluster: string, clusters: readonly ClusterOfRunner[]): ReleaseReply {
  const found = clusters.find(({ name }) => name === cluster);
  if (found === undefined) {
    const names = clusters.map(({ name }) => name);
    return { done: false, isKnown: false, message: `there is no cluster ${suggestName(cluster, names)}` };
  }
  const { readings, held } = found.state;
  if (held.length === 0) {
    const others = clusters.filter(({ state }) => state.held.length > 0).map(({ name }) => name);
    const where = others.length === 0 ? "" : `; nodes are held in: ${nameList(others, MOST_NAMED)}`;
    return { done: false, isKnown: true, message: `nothing is held in cluster ${cluster}${where}` };
  }
  const released = held.map(({ node }) => node.name);
  const left = readings.nodes.length;
  const message = `released ${nodeCount(released.length)} of cluster ${cluster}: ${nameList(released, MOST_NAMED)}; it has ${nodeCount(left)} now`;
  return { done: true, released, nodes: left, message };
}

function nodeCount(count: number): string {
  return count === 1 ? "1 node" : `${count} nodes`;
}
