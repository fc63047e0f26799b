import { type ClusterProblem, formatPath } from "@lighthouse-sd/core";
import type { FileProblem } from "../config/configuration.js";
import { oneLine } from "../error-text.js";

/** Finds where a value stands in the accepted text of a file. */
export type Locate = (
  file: string,
  path: readonly (string | number)[],
  atKey?: boolean,
) => { readonly line: number; readonly column: number } | undefined;

/** What a sync's problems are about. */
export interface ProblemFiles {
  /** The instance's name: its block's key in cluster files. */
  readonly balancer: string;
  readonly file: string;
  /** The file of a cluster; undefined: there is none of that name. */
  readonly clusterFile: (cluster: string) => string | undefined;
  readonly locate: Locate;
}

/** Problems of a sync with the file, line and column they come from. */
export function placedProblems(problems: readonly ClusterProblem[], files: ProblemFiles): readonly FileProblem[] {
  return problems.map((problem) => placed(problem, files));
}

function placed({ cluster, path, message, atKey }: ClusterProblem, files: ProblemFiles): FileProblem {
  const clusterFile = cluster === null ? undefined : files.clusterFile(cluster);
  const file = clusterFile ?? files.file;
  const whole = clusterFile === undefined ? path : [files.balancer, ...path];
  const about = cluster !== null && clusterFile === undefined ? `cluster ${cluster}: ` : "";
  const where = whole.length === 0 ? "" : `${formatPath(whole)}: `;
  return { file, ...files.locate(file, whole, atKey), message: oneLine(`${about}${where}${message}`) };
}
