import { counted } from "../text/counted.js";
import type { RunnerStatus } from "../wire/runner-status.js";
import type { Trouble } from "./trouble.js";

/** The answer to whether it is all right. */
export interface Verdict {
  readonly level: "well" | "work" | "look" | "bad";
  readonly headline: string;
  /** What there is, in one line. */
  readonly summary: string;
}

/** Judges a status and what is wrong in it. Pure. */
export function verdictOf(status: RunnerStatus, troubles: readonly Trouble[]): Verdict {
  const bad = troubles.filter(({ severity }) => severity === "bad").length;
  const look = troubles.filter(({ severity }) => severity === "look").length;
  const summary = summaryOf(status);
  if (bad > 0) {
    const rest = look === 0 ? summary : `${counted(look, "more", "more")} to look at · ${summary}`;
    return { level: "bad", headline: `${counted(bad, "thing needs", "things need")} you`, summary: rest };
  }
  if (!status.ready)
    return { level: "work", headline: "Not ready yet", summary: `The first sync is not done · ${summary}` };
  if (look > 0) return { level: "look", headline: `${counted(look, "thing")} to look at`, summary };
  return { level: "well", headline: "All is well", summary };
}

function summaryOf({ clusters, balancers, services }: RunnerStatus): string {
  const all = Object.values(clusters);
  const nodes = all.reduce((sum, cluster) => sum + (cluster.nodes?.length ?? 0), 0);
  const ports = Object.values(services).flatMap((service) => service.ports);
  const up = ports.filter(({ state }) => state === "up").length;
  const kinds = Object.values(balancers);
  const working = kinds.filter(({ converged, lastError }) => !converged && lastError === null).length;
  return [
    counted(all.length, "cluster"),
    counted(nodes, "node"),
    working === 0 ? counted(kinds.length, "balancer") : `${counted(kinds.length, "balancer")} (${working} at work)`,
    ...(ports.length === 0 ? [] : [`${up} of ${counted(ports.length, "service port")} up`]),
  ].join(" · ");
}
