import { type CallOptions, type Change, type Cluster, type Context, durationMs } from "@lighthouse-sd/core";
import { fileDiff } from "@lighthouse-sd/plugin-kit";
import { Broker } from "./broker/broker.js";
import { BrokerWork } from "./broker-work.js";
import { type ClusterFacts, clusterFacts, presenceFacts } from "./cluster-facts.js";
import type { RabbitMQBlock, RabbitMQConfig } from "./config/rabbitmq-config.js";
import { findJoin } from "./join/gather-join-evidence.js";
import { changeOf, joinSteps } from "./join/join-run.js";
import { ownName } from "./nodes/own-name.js";
import { NOBODY_SEEN, nextPresence } from "./nodes/presence.js";
import { readOwnFragment } from "./own-fragment.js";
import { planFragment } from "./plan-fragment.js";

/** What syncs with `clusters` would do, once discovery has been saying the same for long enough. Questions are asked,
 * nothing is changed, no lock is taken. */
export async function planTarget(
  config: RabbitMQConfig,
  context: Context,
  clusters: readonly Cluster<RabbitMQBlock>[],
  { signal }: CallOptions,
): Promise<readonly Change[]> {
  const cluster = clusters[0];
  if (cluster === undefined) return [];
  const broker = new Broker(config, ownName(config, context.peer), context.directory);
  try {
    const facts = clusterFacts(cluster, config.nodename);
    const isUnfinished = await new BrokerWork(broker, config.config_file).isUnfinished();
    const view = await (isUnfinished ? broker.viewOf(broker.self, signal) : broker.view(signal));
    const file = await planFile(config, broker.self, facts, view.known ? view.value : null);
    if (isUnfinished && !view.known && view.appStopped === true) return [...file, changeOf(broker, ["start_app"])];
    if (cluster.config.join !== "blank" || !view.known || !cluster.live || facts.discovered === null) return file;
    const { seeds, grow_quorum_queues: grow } = cluster.config;
    const question = { self: broker.self, seeds, own: view.value, discovered: facts.discovered };
    const decision = await findJoin(broker, { ...question, stableMs: 0, neededStableMs: 0 }, signal);
    if (decision.kind !== "join") return file;
    const steps = joinSteps(broker.self, { target: decision.target, grow });
    return [...file, ...steps.map((args) => changeOf(broker, args))];
  } finally {
    broker.close();
  }
}

async function planFile(
  config: RabbitMQConfig,
  self: string,
  facts: ClusterFacts,
  view: { readonly members: readonly string[]; readonly running: readonly string[] } | null,
): Promise<readonly Change[]> {
  const path = config.config_file;
  const { text, listed } = await readOwnFragment(path);
  const { config: block } = facts.cluster;
  const members = view?.members ?? null;
  const seen = { ...NOBODY_SEEN, absentMs: new Map((listed ?? []).map((name) => [name, 0])) };
  const now = { self, atMs: 0, intervalMs: 0, view: null, members: members ?? [] };
  const presence = nextPresence(seen, presenceFacts(facts, now));
  const keepAbsentMs = durationMs(block.keep_absent);
  const planned = planFragment({ self, block, discovered: facts.discovered, members, presence, keepAbsentMs, listed });
  if (planned === text) return [];
  const action = text === null ? "created" : "changed";
  return [{ kind: "file", target: path, action, diff: fileDiff(path, text ?? "", planned) }];
}
