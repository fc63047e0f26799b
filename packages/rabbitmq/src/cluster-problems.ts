import type { ClusterProblem } from "@lighthouse-sd/core";
import type { Answer, ClusterView } from "./broker/cluster-view.js";
import type { ClusterFacts } from "./cluster-facts.js";
import type { JoinDecision } from "./join/decide-join.js";

const MOST_NAMED = 5;

/** What a person should know after one sync. */
export interface Findings {
  readonly self: string;
  readonly facts: ClusterFacts;
  readonly view: Answer<ClusterView>;
  /** Null: joining is not for this broker. */
  readonly join: JoinDecision | null;
  readonly joinFailure: string | null;
  /** Why quorum queues did not grow after a join; null: they did, or were not to. */
  readonly growFailure: string | null;
  /** Of absent members. */
  readonly absent: readonly string[];
  /** Why a join that was left in the middle could not be looked after; null: there was none. */
  readonly unfinished: string | null;
}

/** The same as problems of the cluster's block and the balancer's file. */
export function clusterProblems(findings: Findings): readonly ClusterProblem[] {
  const { self, facts, view, join, joinFailure, absent, unfinished } = findings;
  const about = (path: readonly string[], message: string): ClusterProblem => ({
    cluster: facts.cluster.name,
    path,
    message,
  });
  const problems = facts.dropped.map((message) => about([], message));
  if (unfinished !== null) problems.push({ cluster: null, path: [], message: `${self}: ${unfinished}` });
  if (!view.known) {
    return [...problems, { cluster: null, path: [], message: `nothing is known of ${self}: ${view.reason}` }];
  }
  const { alarms, partitioned } = view.value;
  if (alarms.length > 0) problems.push(about([], `alarms are raised: ${alarms.join(", ")}`));
  if (partitioned.length > 0) problems.push(about([], `there is a partition: ${partitioned.join(", ")}`));
  const strangers = (facts.discovered ?? []).filter((name) => !view.value.running.includes(name));
  if (strangers.length > 0) problems.push(about([], notRunning(strangers, view.value)));
  if (joinFailure !== null) problems.push(about(["join"], `joining has failed: ${joinFailure}`));
  if (findings.growFailure !== null) {
    const by = `rabbitmq-queues -n ${self} grow ${self} all`;
    problems.push(
      about(["grow_quorum_queues"], `it has joined, but queues did not grow (${findings.growFailure}): ${by}`),
    );
  }
  if (join?.kind === "wait") problems.push(about(["join"], `${self} does not join yet: ${join.reason}`));
  if (join?.kind === "refuse") problems.push(about(["join"], `${self} is not joined: ${join.reason}`));
  return [...problems, ...absent.map((message) => about(["forget"], message))];
}

function notRunning(names: readonly string[], { members }: ClusterView): string {
  const shown = names.slice(0, MOST_NAMED).map((name) => (members.includes(name) ? name : `${name} (no member)`));
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `in discovery, but not running in this broker's cluster: ${shown.join(", ")}${more}`;
}
