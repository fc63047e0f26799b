import type { Answer, ClusterView } from "../broker/cluster-view.js";
import { untriedVersion } from "../broker/tried-version.js";

/** Whether something of a node answers on the network. */
export type Probe = "answers" | "silent" | "unknown";

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
}

/** One thing that speaks against forgetting a member where it does not hold. */
export interface Guard {
  /** Completes "it is safe only if …". */
  readonly name: string;
  readonly holds: boolean;
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
    { name: "nothing of it answers on the network", holds: evidence.probe === "silent" },
    { name: "it is no seed", holds: !evidence.seeds.includes(node) },
  ];
}

/** The member that speaks for all: the first of those that run. */
export function spokesman({ running }: ClusterView): string | undefined {
  return [...running].sort()[0];
}
