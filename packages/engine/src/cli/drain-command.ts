import { oneLine } from "../error-text.js";
import { askRunner } from "./ask-runner.js";
import { EXIT } from "./exit-codes.js";
import { findRunner, type RunnerChoice } from "./find-runner.js";

/** What `drain` and `undrain` are asked for. */
export interface DrainOptions {
  readonly cluster: string;
  readonly node: string;
  /** True: out of rotation; false: back. */
  readonly drained: boolean;
  readonly runner: RunnerChoice;
  readonly env: NodeJS.ProcessEnv;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
}

/** Has the running one take a node out of rotation, or back, and tells in a sentence what came of it. Gives the exit code;
 * rejects with what the runner refused. */
export async function runDrain({ cluster, node, drained, runner, env, out }: DrainOptions): Promise<number> {
  const address = await findRunner(runner, env);
  const path = `/api/v1/clusters/${encodeURIComponent(cluster)}/nodes/${encodeURIComponent(node)}/drain`;
  const { status, body } = await askRunner(address, drained ? "POST" : "DELETE", path);
  const { message, error } = readAnswer(body);
  if (status !== 200 || message === undefined) {
    throw new Error(error ?? `the runner answered ${status}: ${oneLine(body)}`);
  }
  out(`${oneLine(message)}\n`);
  return EXIT.done;
}

function readAnswer(body: string): { readonly message?: string; readonly error?: string } {
  try {
    const { message, error } = JSON.parse(body) as Record<string, unknown>;
    return { ...(typeof message === "string" && { message }), ...(typeof error === "string" && { error }) };
  } catch {
    return {};
  }
}
