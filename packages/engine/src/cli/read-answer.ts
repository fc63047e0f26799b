import { oneLine } from "../error-text.js";
import type { Duty } from "../roles.js";
import { askRunner, type RunnerAnswer } from "./ask-runner.js";
import { findRunner, type RunnerChoice } from "./find-runner.js";

/** Asks the running one that is meant for what is at `path`, which is JSON. Rejects with what the runner refused. */
export async function readFromRunner<T>(
  runner: RunnerChoice,
  env: NodeJS.ProcessEnv,
  path: string,
  duty: Duty = "writer",
): Promise<T> {
  const answer = await askRunner(await findRunner(runner, env, duty), "GET", path);
  if (answer.status !== 200) throw new Error(refusalOf(answer));
  return JSON.parse(answer.body) as T;
}

/** Why the runner did not do or tell what it was asked for. */
export function refusalOf({ status, body }: RunnerAnswer): string {
  return errorField(body) ?? `the runner answered ${status}: ${oneLine(body)}`;
}

function errorField(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as Record<string, unknown>;
    return typeof error === "string" ? oneLine(error) : undefined;
  } catch {
    return undefined;
  }
}
