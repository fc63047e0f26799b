import type { PlacedProblem, RunnerStatus } from "../wire/runner-status.js";

const FORM = /^clusters\/([^/]+)\.ya?ml$/;

/** The cluster, if there is one, that the file of a problem is named for. */
export function clusterOfFile({ file }: PlacedProblem, { clusters }: RunnerStatus): string | undefined {
  const name = FORM.exec(file)?.[1];
  return name !== undefined && Object.hasOwn(clusters, name) ? name : undefined;
}
