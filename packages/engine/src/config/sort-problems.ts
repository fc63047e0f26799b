import type { FileProblem } from "./configuration.js";

/** By file, then as they come in its text; each once. */
export function sortProblems(problems: readonly FileProblem[]): readonly FileProblem[] {
  const distinct = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...distinct.values()].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compare(a.message, b.message),
  );
}

/** `clusters/web.yaml:7:9 haproxy.port: must be …` */
export function formatProblem({ file, line, column, message }: FileProblem): string {
  const place = line === undefined ? "" : `:${line}:${column ?? 1}`;
  return `${file}${place} ${message}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
