import { eachLimited } from "@lighthouse-sd/plugin-kit";
import type { Broker } from "../broker/broker.js";
import type { ClusterView } from "../broker/cluster-view.js";
import { decideFinally, decideTarget, type JoinDecision } from "./decide-join.js";
import type { JoinEvidence, PeerAnswer } from "./join-evidence.js";

/** More are not asked: each costs a command. */
const MOST_PEERS = 5;
const AT_ONCE = 2;

/** What is known without asking anybody. */
export interface JoinQuestion extends Omit<JoinEvidence, "peers" | "own"> {
  readonly own: ClusterView;
  /** Discovered brokers. */
  readonly discovered: readonly string[];
}

/** Asks peers, and the broker itself last, whether it should join, and whom. Changes nothing. */
export async function findJoin(broker: Broker, question: JoinQuestion, signal: AbortSignal): Promise<JoinDecision> {
  // Whoever is no candidate costs no question.
  const alone = decideTarget({ ...question, peers: [] });
  if (alone.kind !== "stay" || question.own.members.length !== 1) return alone;
  const decision = decideTarget({ ...question, peers: await askPeers(broker, question, signal) });
  if (decision.kind !== "join") return decision;
  const [ownId, targetId, connections] = await Promise.all([
    broker.clusterId(broker.self, signal),
    broker.clusterId(decision.target, signal),
    broker.connections(signal),
  ]);
  // Last, so that as little time as can be is left for something to come into it.
  const contents = await broker.contents(signal);
  return decideFinally(decision.target, { ownId, targetId, connections, contents });
}

async function askPeers(
  broker: Broker,
  { self, seeds, discovered }: JoinQuestion,
  signal: AbortSignal,
): Promise<readonly PeerAnswer[]> {
  const peers = [...new Set(discovered)].filter((name) => name !== self).sort();
  const ordered = [...peers.filter((name) => seeds.includes(name)), ...peers.filter((name) => !seeds.includes(name))];
  const answers: PeerAnswer[] = [];
  await eachLimited(AT_ONCE, ordered.slice(0, MOST_PEERS), async (node) => {
    answers.push({ node, view: await broker.viewOf(node, signal) });
  });
  return answers;
}
