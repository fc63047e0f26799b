import { EXIT } from "./exit-codes.js";
import type { RunnerChoice } from "./find-runner.js";
import { tellRunner } from "./tell-runner.js";

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
  const path = `/api/v1/clusters/${encodeURIComponent(cluster)}/nodes/${encodeURIComponent(node)}/drain`;
  out(`${await tellRunner(runner, env, drained ? "POST" : "DELETE", path)}\n`);
  return EXIT.done;
}
