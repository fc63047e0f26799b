import { oneLine } from "../error-text.js";
import type { Duty } from "../roles.js";
import { askRunner } from "./ask-runner.js";
import { findRunner, type RunnerChoice } from "./find-runner.js";
import { refusalOf } from "./read-answer.js";

/** Has the running one that is meant change something, and gives the sentence in which it tells what came of it. Rejects
 * with what the runner refused. */
export async function tellRunner(
  runner: RunnerChoice,
  env: NodeJS.ProcessEnv,
  method: string,
  path: string,
  duty: Duty = "writer",
): Promise<string> {
  const answer = await askRunner(await findRunner(runner, env, duty), method, path);
  const message = answer.status === 200 ? messageField(answer.body) : undefined;
  if (message === undefined) throw new Error(refusalOf(answer));
  return oneLine(message);
}

function messageField(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as Record<string, unknown>;
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}
