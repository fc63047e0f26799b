import type { Cluster, ClusterProblem } from "@lighthouse-sd/core";
import type { RefusedStep } from "./admit-steps.js";
import type { NginxBlock } from "./nginx-config.js";
import { fileOf } from "./upstream-files.js";

/** Clusters whose file is somebody else's. */
export function foreignProblems(
  clusters: readonly Cluster<NginxBlock>[],
  foreign: ReadonlySet<string>,
): readonly ClusterProblem[] {
  return clusters
    .filter(({ name }) => foreign.has(fileOf(name)))
    .map(({ name }) => ({
      cluster: name,
      path: [],
      message: `${fileOf(name)} was not written by Lighthouse, and is left as it is: move it away, or name another directory`,
    }));
}

/** What nginx did not take. */
export function refusedProblem({ step: { cluster, upstream }, refusal }: RefusedStep): ClusterProblem {
  if (cluster !== null)
    return { cluster, path: [], message: `nginx refuses it, its last good part stands: ${refusal}` };
  const message = `the upstream ${upstream} stays although its cluster was removed: without it nginx says: ${refusal}`;
  return { cluster, path: [], message };
}

/** Clusters with members that are held, whom nginx would go on asking if they were dead. */
export function heldNotices(clusters: readonly Cluster<NginxBlock>[]): readonly ClusterProblem[] {
  return clusters
    .filter(({ held, config }) => held === true && config.max_fails === 0)
    .map(({ name }) => ({
      cluster: name,
      path: ["max_fails"],
      message:
        "members are held that their source no longer names, and nginx leaves no failing one alone: one that is dead " +
        `goes on getting requests; take max_fails: 0 away, or let those held go: lighthouse-runner release ${name}`,
    }));
}
