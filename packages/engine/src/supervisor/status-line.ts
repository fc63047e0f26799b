import { counted } from "../counted.js";
import { oneLine } from "../error-text.js";
import type { RunnerState } from "../http/status.js";

/** How a runner stands, in the one line that `systemctl status` shows. What comes and goes with every change of members
 * is not in it. */
export function statusLine(state: RunnerState): string {
  const { clusters, balancers, services, problems } = state;
  const nodes = clusters.reduce((sum, { state: { nodes: known } }) => sum + (known?.length ?? 0), 0);
  const counts = [
    ...some(clusters.length, "cluster"),
    ...some(nodes, "node"),
    ...some(balancers.size, "balancer"),
    ...some(services.length, "service"),
  ];
  return oneLine(
    [
      `${state.ready ? "ready" : "not ready"}: ${counts.join(", ") || "nothing to do"}`,
      ...some(problems.length, "configuration error"),
      ...silentSources(state),
      ...some(clusters.filter(({ state: { held } }) => held.length > 0).length, "cluster", "with held nodes"),
      ...[...balancers].flatMap(([name, { lastError }]) => (lastError === null ? [] : [`${name}: ${lastError}`])),
    ].join("; "),
  );
}

function silentSources({ clusters }: RunnerState): readonly string[] {
  const silent = clusters.filter(({ state: { source } }) => source !== "live");
  return some(silent.length, "cluster", "not answered for");
}

function some(count: number, what: string, more?: string): readonly string[] {
  if (count === 0) return [];
  return [more === undefined ? counted(count, what) : `${counted(count, what)} ${more}`];
}
