import { oneLine } from "../error-text.js";
import type { Duty } from "../roles.js";
import { askRunner } from "./ask-runner.js";
import { findRunner, type RunnerChoice } from "./find-runner.js";

/** Has the running one that is meant change something, and gives the sentence in which it tells what came of it. Rejects
 * with what the runner refused. */
export async function tellRunner(
  runner: RunnerChoice,
  env: NodeJS.ProcessEnv,
  method: string,
  path: string,
  duty: Duty = "writer",
): Promise<string> {
  const { status, body } = await askRunner(await findRunner(runner, env, duty), method, path);
  const { message, error } = readAnswer(body);
  if (status !== 200 || message === undefined) {
    throw new Error(error ?? `the runner answered ${status}: ${oneLine(body)}`);
  }
  return oneLine(message);
}

function readAnswer(body: string): { readonly message?: string; readonly error?: string } {
  try {
    const { message, error } = JSON.parse(body) as Record<string, unknown>;
    return { ...(typeof message === "string" && { message }), ...(typeof error === "string" && { error }) };
  } catch {
    return {};
  }
}
