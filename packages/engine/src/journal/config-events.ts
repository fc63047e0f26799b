import type { FileProblem } from "../config/configuration.js";
import { formatProblem } from "../config/sort-problems.js";
import type { EventNote } from "./runner-event.js";

/** What has become of the errors of configuration files. */
export function configEvents(before: readonly FileProblem[], after: readonly FileProblem[]): readonly EventNote[] {
  if (before === after) return [];
  const [were, are] = [before, after].map((problems) => new Set(problems.map(formatProblem)));
  const fresh = [...(are ?? [])].filter((problem) => were?.has(problem) !== true);
  const solved = [...(were ?? [])].filter((problem) => are?.has(problem) !== true);
  return [
    ...fresh.map((message): EventNote => ({ kind: "config", level: "error", message })),
    ...solved.map((problem): EventNote => ({ kind: "config", level: "info", message: `no longer: ${problem}` })),
  ];
}
