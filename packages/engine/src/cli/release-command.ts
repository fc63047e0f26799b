import { EXIT } from "./exit-codes.js";
import type { RunnerChoice } from "./find-runner.js";
import { tellRunner } from "./tell-runner.js";

/** What `release` is asked for. */
export interface ReleaseOptions {
  readonly cluster: string;
  readonly runner: RunnerChoice;
  readonly env: NodeJS.ProcessEnv;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
}

/** Has the running one let go whom it holds in a cluster, and tells in a sentence who that was. Gives the exit code;
 * rejects with what the runner refused. */
export async function runRelease({ cluster, runner, env, out }: ReleaseOptions): Promise<number> {
  const path = `/api/v1/clusters/${encodeURIComponent(cluster)}/release`;
  out(`${await tellRunner(runner, env, "POST", path)}\n`);
  return EXIT.done;
}
