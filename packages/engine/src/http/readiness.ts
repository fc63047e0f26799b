import { endOfHold } from "../guard/guard-sentences.js";
import { serviceNotes } from "./service-status.js";
import type { ClusterOfRunner, RunnerState } from "./status.js";

/** What /readyz says, line by line: what is waited for, and what a ready runner does without. */
export function readinessText(state: Omit<RunnerState, "version" | "startedAt">): string {
  const waiting = [...state.balancers].flatMap(([name, { everInLine, lastError }]) =>
    everInLine ? [] : [`balancer ${name}: its first sync is not done${lastError === null ? "" : `: ${lastError}`}`],
  );
  const errors = state.problems.length === 0 ? [] : [`configuration: ${state.problems.length} errors; see the status`];
  return `${[state.ready ? "ready" : "not ready", ...waiting, ...clusterNotes(state.clusters), ...serviceNotes(state.services), ...errors].join("\n")}\n`;
}

/** What is to say of clusters whose source does not answer, or whose nodes are held: one line each. */
export function clusterNotes(clusters: readonly Omit<ClusterOfRunner, "drains">[]): readonly string[] {
  return [...sourceNotes(clusters), ...heldNotes(clusters)];
}

/** What is to say of clusters whose nodes are held, one line each. */
export function heldNotes(clusters: readonly Omit<ClusterOfRunner, "drains">[]): readonly string[] {
  return clusters.flatMap(({ name, state: { held, guard } }) => {
    const [first] = held;
    if (first === undefined) return [];
    const since = new Date(Math.min(...held.map((entry) => entry.since))).toISOString();
    const count = held.length === 1 ? "1 node is held" : `${held.length} nodes are held`;
    const end = guard.hold === null ? "" : `; ${endOfHold(name, guard.hold)}`;
    return [`cluster ${name}: ${count} since ${since}: ${first.reason}${end}`];
  });
}

function sourceNotes(clusters: readonly Omit<ClusterOfRunner, "drains">[]): readonly string[] {
  return clusters.flatMap(({ name, discovery, state: { source, error, confirmedAt, nodes } }) => {
    const why = error === null ? "" : `: ${error}`;
    if (source === "live") return [];
    if (source === "waiting") return [`cluster ${name}: nothing is known from ${discovery} yet${why}`];
    const at = new Date(confirmedAt ?? 0).toISOString();
    return [
      `cluster ${name}: ${source}: the ${nodes?.length ?? 0} nodes that ${discovery} named until ${at} stand${why}`,
    ];
  });
}
