import { placeText } from "../text/place-text.js";
import type { RunnerStatus } from "../wire/runner-status.js";
import { clusterOfFile } from "./cluster-of-file.js";
import type { Trouble } from "./trouble.js";

/** What is wrong with balancers: of what has a cluster's file for its place, the cluster. One that is at work is not in
 * trouble. */
export function balancerTroubles(status: RunnerStatus): readonly Trouble[] {
  return Object.entries(status.balancers).flatMap(([name, { lastError, lastSync, problems }]) => {
    const subjects = [{ kind: "balancer", name }] as const;
    const failing: Trouble = {
      key: `failing ${name}`,
      severity: "bad",
      subjects,
      sentence: "its last sync failed, and is tried again",
      detail: lastError,
      since: lastSync,
    };
    return [
      ...(lastError === null ? [] : [failing]),
      ...problems.map((problem): Trouble => {
        const key = `problem ${name} ${placeText(problem)} ${problem.message}`;
        const cluster = clusterOfFile(problem, status);
        const about: Trouble["subjects"] = cluster === undefined ? subjects : [{ kind: "cluster", name: cluster }];
        const detail = placeText(problem);
        return { key, severity: "look", subjects: about, sentence: problem.message, detail, since: null };
      }),
    ];
  });
}
