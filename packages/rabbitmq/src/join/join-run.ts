import type { Change } from "@lighthouse-sd/core";
import type { Broker } from "../broker/broker.js";
import type { Answer } from "../broker/cluster-view.js";
import { removeIntent, writeIntent } from "./join-intent.js";

/** What a join is to do. */
export interface JoinOrder {
  readonly target: string;
  readonly grow: boolean;
  /** Beside which the intent is kept. */
  readonly configFile: string;
}

/** What came of it. */
export interface JoinOutcome {
  readonly joined: boolean;
  /** False: it is not sure that RabbitMQ goes on running. */
  readonly started: boolean;
  readonly changes: readonly Change[];
  /** What went wrong, for people; null: nothing. */
  readonly failure: string | null;
}

/** The commands of a join, in order, as arguments of rabbitmqctl and, last, rabbitmq-queues. */
export function joinSteps(self: string, { target, grow }: Pick<JoinOrder, "target" | "grow">): readonly string[][] {
  return [["stop_app"], ["join_cluster", target], ["start_app"], ...(grow ? [["grow", self, "all"]] : [])];
}

/** Joins a cluster. Once RabbitMQ is being stopped, it is started again whatever else happens: an abort of `signal` only
 * leaves out what has not begun. */
export async function runJoin(broker: Broker, order: JoinOrder, signal: AbortSignal): Promise<JoinOutcome> {
  const changes: Change[] = [];
  const { self } = broker;
  const step = async (args: readonly string[]): Promise<Answer<string>> => {
    // No step is torn: each has its own limit, and no signal.
    const answer = await broker.commands.ask(self, args, broker.changeLimits(new AbortController().signal));
    if (answer.known) changes.push(changeOf(broker, args));
    return answer;
  };
  signal.throwIfAborted();
  await writeIntent(order.configFile, { node: self, target: order.target });
  const stopped = await step(["stop_app"]);
  const joined = stopped.known && !signal.aborted ? await step(["join_cluster", order.target]) : stopped;
  const started = await step(["start_app"]);
  // A stop that was given up may still come: then it is looked after.
  const isStarted = stopped.known && started.known;
  if (isStarted) await removeIntent(order.configFile);
  for (const answer of [started, stopped, joined]) {
    if (!answer.known) return { joined: false, started: isStarted, changes, failure: answer.reason };
  }
  if (signal.aborted) return { joined: false, started: true, changes, failure: "called off" };
  return await confirm(broker, order, changes);
}

/** A command's success is no proof: what the broker says afterwards is. */
async function confirm(broker: Broker, { target, grow }: JoinOrder, changes: Change[]): Promise<JoinOutcome> {
  const unending = new AbortController().signal;
  const view = await broker.viewOf(broker.self, unending);
  if (!view.known) return { joined: false, started: true, changes, failure: view.reason };
  if (!view.value.members.includes(target)) {
    return {
      joined: false,
      started: true,
      changes,
      failure: `it has joined ${target}, but does not say that they are one cluster`,
    };
  }
  if (!grow) return { joined: true, started: true, changes, failure: null };
  const args = ["grow", broker.self, "all"];
  const grown = await broker.commands.askQueues(broker.self, args, broker.changeLimits(unending));
  if (!grown.known) return { joined: true, started: true, changes, failure: grown.reason };
  return { joined: true, started: true, changes: [...changes, changeOf(broker, args)], failure: null };
}

/** A command that was, or would be, run. */
export function changeOf(broker: Broker, args: readonly string[]): Change {
  return { kind: "runtime", target: broker.self, action: args.join(" "), code: args[0] ?? "command" };
}
