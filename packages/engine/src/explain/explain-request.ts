import type { Clock } from "../clock.js";
import type { Configuration, FileProblem } from "../config/configuration.js";
import type { RunnerState } from "../http/status.js";
import type { Journal } from "../journal/journal.js";
import { suggestName } from "../suggest-name.js";
import type { Balancers } from "../sync/balancers.js";
import { explainCluster, explainNode } from "./explain.js";
import type { ExplainedBalancer, ExplainRequest, Explanation } from "./explanation.js";

/** What is answered to somebody who asks for an explanation. */
export type ExplainReply = { readonly explanation: Explanation } | { readonly unknown: string };

/** Where explanations come from. */
export interface ExplainSource {
  readonly state: RunnerState;
  readonly configuration: Configuration;
  readonly balancers: Pick<Balancers, "describe">;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** Explains what is asked for; asks the targets of the cluster's balancers. */
export async function answerExplain(
  { cluster: name, node }: ExplainRequest,
  source: ExplainSource,
): Promise<ExplainReply> {
  const { state, configuration, balancers, journal, clock } = source;
  const cluster = state.clusters.find((candidate) => candidate.name === name);
  const settings = configuration.clusters.get(name);
  if (cluster === undefined || settings === undefined) return { unknown: unknownCluster(name, state) };
  const carriers = [...state.balancers].filter(([balancer]) => settings.blocks.has(balancer));
  const asked = carriers.map(async ([balancer, standing]): Promise<ExplainedBalancer> => {
    return { name: balancer, state: standing, target: await balancers.describe(balancer, name) };
  });
  const explained = {
    cluster,
    file: settings.file,
    balancers: await Promise.all(asked),
    problems: state.problems,
    events: journal.after(0).filter((event) => event.cluster === name || event.balancer !== undefined),
    now: clock.now(),
  };
  const explanation = node === undefined ? explainCluster(explained) : explainNode(explained, node);
  return "unknown" in explanation ? explanation : { explanation };
}

function unknownCluster(name: string, { clusters, problems }: RunnerState): string {
  const own = problems.filter(({ file }) => file === `clusters/${name}.yaml` || file === `clusters/${name}.yml`);
  const why = own.map(
    ({ file, line, message }: FileProblem) => `; ${file}${line === undefined ? "" : `:${line}`} ${message}`,
  );
  return `there is no cluster ${suggestName(
    name,
    clusters.map((cluster) => cluster.name),
  )}${why.join("")}`;
}
