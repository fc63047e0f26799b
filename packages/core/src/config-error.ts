import { formatPath, type Problem } from "./problem.js";

/** Marks a ConfigError across copies of this package. */
export const CONFIG_ERROR_CODE = "LIGHTHOUSE_CONFIG";

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends Error {
  override readonly name: string = "ConfigError";
  readonly code: string = CONFIG_ERROR_CODE;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(describeProblem).join("; "));
    this.problems = problems;
  }
}

/** A problem as one line: `frontend[2].port: must be …`. */
export function describeProblem(problem: Problem): string {
  return problem.path.length === 0 ? problem.message : `${formatPath(problem.path)}: ${problem.message}`;
}

/** True for a ConfigError of this or any other copy of this package. */
export function isConfigError(error: unknown): error is ConfigError {
  return (
    error instanceof Error &&
    (error as { code?: unknown }).code === CONFIG_ERROR_CODE &&
    Array.isArray((error as { problems?: unknown }).problems)
  );
}
