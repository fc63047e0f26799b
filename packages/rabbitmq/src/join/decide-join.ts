import type { ClusterView } from "../broker/cluster-view.js";
import { majorMinor, untriedVersion } from "../broker/tried-version.js";
import type { FinalEvidence, JoinEvidence } from "./join-evidence.js";

/** What is to be done about a broker that is alone. */
export type JoinDecision =
  /** The target is the member to join by. */
  | { readonly kind: "join"; readonly target: string }
  /** It is right as it is: it is a member, or the others come to it. */
  | { readonly kind: "stay" }
  /** Not now; the reason, for people. */
  | { readonly kind: "wait"; readonly reason: string }
  /** Not by Lighthouse; the reason, with what a person can do. */
  | { readonly kind: "refuse"; readonly reason: string };

interface Cluster {
  readonly members: readonly string[];
  /** Who of it was asked and runs. */
  readonly contact: string;
  readonly view: ClusterView;
}

/** Whether, and by whom, a broker should join: what can be said before its own contents are looked at. */
export function decideTarget(evidence: JoinEvidence): JoinDecision {
  const { self, own, stableMs, neededStableMs } = evidence;
  if (own.members.length !== 1 || own.members[0] !== self) return { kind: "stay" };
  if (!own.running.includes(self)) return { kind: "wait", reason: "RabbitMQ is not running in it" };
  const untried = untriedVersion(own.version);
  if (untried !== undefined) return { kind: "refuse", reason: untried };
  if (own.partitioned.length > 0) return { kind: "wait", reason: "it sees a partition" };
  if (stableMs < neededStableMs) return { kind: "wait", reason: "discovery has changed a moment ago" };
  const clusters = clustersOf(evidence);
  const isFirst = evidence.peers.length === 0 || evidence.seeds.includes(self);
  if (clusters.length === 0 && !isFirst) return { kind: "wait", reason: "no other broker of discovery answers" };
  const target = clusters.find((cluster) => mayGather(evidence, cluster));
  if (target === undefined || !goesThere(evidence, target)) return { kind: "stay" };
  return judgeTarget(evidence, target);
}

/** The last word: nothing may be lost with this broker, and no other cluster may be meant. */
export function decideFinally(target: string, { ownId, targetId, contents, connections }: FinalEvidence): JoinDecision {
  for (const answer of [ownId, targetId, contents, connections]) {
    if (!answer.known) return { kind: "wait", reason: answer.reason };
  }
  if (ownId.known && targetId.known && ownId.value === targetId.value) {
    return { kind: "refuse", reason: `it has the identity of the cluster of ${target}, but is no member of it` };
  }
  if (contents.known && contents.value.length > 0) {
    return { kind: "refuse", reason: `it is not blank (${contents.value.join(", ")}), and joining destroys all of it` };
  }
  if (connections.known && connections.value > 0) {
    return { kind: "wait", reason: `${connections.value} clients are connected to it` };
  }
  return { kind: "join", target };
}

/** The clusters of the peers that answered, largest first, then by their first member's name. */
function clustersOf({ self, peers }: JoinEvidence): readonly Cluster[] {
  const found = new Map<string, Cluster>();
  for (const { node, view } of [...peers].sort((a, b) => (a.node < b.node ? -1 : 1))) {
    if (node === self || !view.known || !view.value.running.includes(node)) continue;
    const key = view.value.members.join(" ");
    if (!found.has(key)) found.set(key, { members: view.value.members, contact: node, view: view.value });
  }
  return [...found.values()].sort((a, b) => b.members.length - a.members.length || (first(a) < first(b) ? -1 : 1));
}

function first({ members }: Cluster): string {
  return members[0] ?? "";
}

/** Where there are seeds, they gather the others. */
function mayGather({ self, seeds }: JoinEvidence, { members }: Cluster): boolean {
  return seeds.length === 0 || members.some((member) => member !== self && seeds.includes(member));
}

/** Of two that are alone exactly one moves: the one that is no seed, else the one with the higher name. */
function goesThere({ self, seeds }: JoinEvidence, target: Cluster): boolean {
  return (seeds.length > 0 && !seeds.includes(self)) || target.members.length > 1 || first(target) < self;
}

function judgeTarget({ self, own }: JoinEvidence, { members, contact, view }: Cluster): JoinDecision {
  if (members.includes(self)) {
    const reason = `the cluster of ${contact} lists it as a member already, although it is alone: it was reset or lost its disk; start it anew with the fragment in place, or have a member forget it first`;
    return { kind: "refuse", reason };
  }
  if (majorMinor(view.version) !== majorMinor(own.version)) {
    return { kind: "refuse", reason: `${contact} has version ${view.version}, this broker ${own.version}` };
  }
  if (view.partitioned.length > 0) return { kind: "wait", reason: `the cluster of ${contact} is partitioned` };
  if (view.running.length * 2 <= members.length) {
    return {
      kind: "wait",
      reason: `only ${view.running.length} of ${members.length} members of ${contact}'s cluster run`,
    };
  }
  return { kind: "join", target: contact };
}
