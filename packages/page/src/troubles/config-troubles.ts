import { placeText } from "../text/place-text.js";
import type { PlacedProblem, RunnerStatus } from "../wire/runner-status.js";
import type { Severity, Trouble } from "./trouble.js";

/** What is wrong in configuration files. */
export function configTroubles({ config }: RunnerStatus): readonly Trouble[] {
  return [
    ...config.errors.map((problem) => told(problem, "bad")),
    ...config.notices.map((problem) => told(problem, "note")),
  ];
}

function told(problem: PlacedProblem, severity: Severity): Trouble {
  const place = placeText(problem);
  return {
    key: `config ${severity} ${place} ${problem.message}`,
    severity,
    subjects: [{ kind: "config", name: place }],
    sentence: problem.message,
    detail: severity === "bad" ? "The last valid version of this file stands." : null,
    since: null,
  };
}
