import { placeText } from "../text/place-text.js";
import type { PlacedProblem, RunnerStatus } from "../wire/runner-status.js";
import { clusterOfFile } from "./cluster-of-file.js";
import type { Severity, Trouble } from "./trouble.js";

/** What is wrong in configuration files. */
export function configTroubles(status: RunnerStatus): readonly Trouble[] {
  const { errors, notices } = status.config;
  return [
    ...errors.map((problem) => told(problem, "bad", status)),
    ...notices.map((problem) => told(problem, "note", status)),
  ];
}

function told(problem: PlacedProblem, severity: Severity, status: RunnerStatus): Trouble {
  const place = placeText(problem);
  const cluster = clusterOfFile(problem, status);
  return {
    key: `config ${severity} ${place} ${problem.message}`,
    severity,
    subjects: [{ kind: "config", name: place }],
    sentence: problem.message,
    detail: severity === "bad" ? "The last valid version of this file stands." : null,
    since: null,
    ...(cluster !== undefined && { touches: [cluster] }),
  };
}
