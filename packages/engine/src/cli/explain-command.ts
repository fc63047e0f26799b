import type { Explanation } from "../explain/explanation.js";
import { explanationText } from "../explain/render-explanation.js";
import { EXIT } from "./exit-codes.js";
import type { RunnerChoice } from "./find-runner.js";
import { readFromRunner } from "./read-answer.js";

/** What `explain` is asked for. */
export interface ExplainOptions {
  readonly cluster: string;
  readonly node: string | undefined;
  readonly json: boolean;
  readonly color: boolean;
  readonly runner: RunnerChoice;
  readonly env: NodeJS.ProcessEnv;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
}

/** Tells why a cluster, or a node of it, is as it is in a running one. Gives the exit code; rejects with what the runner
 * refused, an unknown name for example. */
export async function runExplain({ cluster, node, json, color, runner, env, out }: ExplainOptions): Promise<number> {
  const ofNode = node === undefined ? "" : `/nodes/${encodeURIComponent(node)}`;
  const path = `/api/v1/clusters/${encodeURIComponent(cluster)}${ofNode}/explain`;
  const explanation = await readFromRunner<Explanation>(runner, env, path);
  out(json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation, color));
  return EXIT.done;
}
