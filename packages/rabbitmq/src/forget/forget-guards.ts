import type { Answer, ClusterView } from "../broker/cluster-view.js";
import type { QueueId, Replicas } from "../broker/quorum-queues.js";
import { untriedVersion } from "../broker/tried-version.js";

const MOST_NAMED = 3;
const LONGEST_NAME = 60;

/** Whether something of a node answers on the network. */
export type Probe = "answers" | "silent" | "unknown";

/** A quorum queue that has no replica to spare. */
export interface ShortQueue extends QueueId {
  /** Null: it does not say. */
  readonly replicas: Replicas | null;
}

/** All that is known of a member that is absent. */
export interface AbsentEvidence {
  readonly node: string;
  readonly self: string;
  readonly seeds: readonly string[];
  readonly expectedSize: number | null;
  /** Discovery answers, and names this broker and most members. */
  readonly discoveryCounts: boolean;
  readonly isDiscovered: boolean;
  /** How long it has been absent while that held, and how long it has to be, in milliseconds. */
  readonly absentMs: number;
  readonly neededMs: number;
  /** What the broker on this host says. */
  readonly own: ClusterView;
  /** What every running member says; members that were not asked or do not answer are unknown. */
  readonly views: ReadonlyMap<string, Answer<ClusterView>>;
  readonly probe: Probe;
  /** Of the whole cluster. */
  readonly shortQueues: Answer<readonly ShortQueue[]>;
  /** Who has been absent for as long as is needed. */
  readonly longAbsent: ReadonlySet<string>;
}

/** One thing that speaks against forgetting a member where it does not hold. */
export interface Guard {
  /** Completes "it is safe only if …". */
  readonly name: string;
  readonly holds: boolean;
  /** Where it does not: what was found. */
  readonly found?: string;
}

/** Everything that has to hold before a member may be forgotten, in the order people should read it. All of them together
 * are still no proof: a broker that is cut off from everyone looks the same. */
export function forgetGuards(evidence: AbsentEvidence): readonly Guard[] {
  const { node, own, views, self, expectedSize } = evidence;
  const answers = own.running.map((member) =>
    member === self ? { known: true as const, value: own } : views.get(member),
  );
  const seen = [own, ...answers.flatMap((answer) => (answer?.known === true ? [answer.value] : []))];
  return [
    { name: "its version was tried", holds: untriedVersion(own.version) === undefined },
    { name: "discovery answers and names this broker and most members", holds: evidence.discoveryCounts },
    { name: "discovery does not name it", holds: !evidence.isDiscovered },
    { name: "it has been absent for long enough", holds: evidence.absentMs >= evidence.neededMs },
    {
      name: "every running member answers and says that it does not run",
      holds: answers.every((answer) => answer?.known === true) && seen.every(({ running }) => !running.includes(node)),
    },
    { name: "nobody sees a partition", holds: seen.every(({ partitioned }) => partitioned.length === 0) },
    { name: "most members run", holds: own.running.includes(self) && own.running.length * 2 > own.members.length },
    {
      name: "most of expected_size run",
      holds: expectedSize === null || own.running.length * 2 > expectedSize,
    },
    queueGuard(evidence),
    { name: "nothing of it answers on the network", holds: evidence.probe === "silent" },
    { name: "it is no seed", holds: !evidence.seeds.includes(node) },
  ];
}

/** Forgetting takes the member's replicas away for good. A queue that lacks none but those of members that are long gone,
 * and has its majority, is the better for it; any other is to be looked at first. */
function queueGuard({ node, shortQueues, longAbsent }: AbsentEvidence): Guard {
  const name = "every quorum queue has its majority, and lacks no replica for another reason";
  if (!shortQueues.known) return { name, holds: false, found: shortQueues.reason };
  const doubtful = shortQueues.value.filter(({ replicas }) => {
    if (replicas === null) return true;
    const lacking = replicas.members.filter((member) => !replicas.online.includes(member));
    const hasMajority = replicas.online.length * 2 > replicas.members.length;
    return !hasMajority || lacking.some((member) => member !== node && !longAbsent.has(member));
  });
  if (doubtful.length === 0) return { name, holds: true };
  const more = doubtful.length > MOST_NAMED ? ` and ${doubtful.length - MOST_NAMED} more` : "";
  return { name, holds: false, found: `${doubtful.slice(0, MOST_NAMED).map(queueWords).join(", ")}${more}` };
}

function queueWords({ name, virtualHost }: QueueId): string {
  return [name, virtualHost].map((text) => JSON.stringify(text.slice(0, LONGEST_NAME))).join(" in ");
}

/** The member that speaks for all: the first of those that run. */
export function spokesman({ running }: ClusterView): string | undefined {
  return [...running].sort()[0];
}
