import { EXIT, UsageError } from "./exit-codes.js";
import type { RunnerChoice } from "./find-runner.js";
import { tellRunner } from "./tell-runner.js";

/** What `drain` and `undrain` are asked for. */
export interface DrainOptions {
  /** A node as this host sees it, or a service that this host reports. */
  readonly what: { readonly cluster: string; readonly node: string } | { readonly service: string };
  /** True: out of rotation; false: back. */
  readonly drained: boolean;
  readonly runner: RunnerChoice;
  readonly env: NodeJS.ProcessEnv;
  /** Where the result goes, line ends included. */
  readonly out: (text: string) => void;
}

/** Has the running one take a node or a service out of rotation, or back, and tells in a sentence what came of it. Gives the exit code;
 * rejects with what the runner refused. */
export async function runDrain({ what, drained, runner, env, out }: DrainOptions): Promise<number> {
  const method = drained ? "POST" : "DELETE";
  const [path, duty] =
    "service" in what ? [servicePath(what.service), "reporter" as const] : [nodePath(what), "writer" as const];
  out(`${await tellRunner(runner, env, method, path, duty)}\n`);
  return EXIT.done;
}

/** What was typed, as what is meant; throws UsageError where that cannot be told. */
export function drainTarget(
  cluster: string | undefined,
  node: string | undefined,
  service: string | undefined,
): DrainOptions["what"] {
  if (service !== undefined && cluster === undefined) return { service };
  if (service === undefined && cluster !== undefined && node !== undefined) return { cluster, node };
  throw new UsageError("give either a cluster and one of its nodes, or --service and its name");
}

function nodePath({ cluster, node }: { readonly cluster: string; readonly node: string }): string {
  return `/api/v1/clusters/${encodeURIComponent(cluster)}/nodes/${encodeURIComponent(node)}/drain`;
}

function servicePath(service: string): string {
  return `/api/v1/services/${encodeURIComponent(service)}/drain`;
}
