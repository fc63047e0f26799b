import { counted } from "../text/counted.js";
import type { ClusterStatus, RunnerStatus } from "../wire/runner-status.js";
import type { Severity, Subject, Trouble } from "./trouble.js";

/** What is wrong with clusters. A source that is gone is one trouble, however many clusters it has. */
export function clusterTroubles({ clusters }: RunnerStatus): readonly Trouble[] {
  const entries = Object.entries(clusters);
  return [
    ...sourceTroubles(entries),
    ...entries.flatMap(([name, cluster]) => [
      ...heldTrouble(name, cluster),
      ...recordTrouble(name, cluster.quarantined, "quarantined", "look"),
      ...recordTrouble(name, cluster.dropped, "used less a field that was none", "note"),
      ...drainTrouble(name, cluster),
    ]),
  ];
}

type Entry = readonly [name: string, cluster: ClusterStatus];

function sourceTroubles(entries: readonly Entry[]): readonly Trouble[] {
  const silent = entries.filter(([, { source }]) => source !== "live");
  const groups = new Map<string, Entry[]>();
  for (const entry of silent) {
    const [, { discovery, source, error }] = entry;
    const key = JSON.stringify([discovery, source, error]);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups].flatMap(([key, group]) => {
    const [first] = group;
    return first === undefined ? [] : [sourceTrouble(key, first[1], group)];
  });
}

function sourceTrouble(key: string, { discovery, source, error }: ClusterStatus, group: readonly Entry[]): Trouble {
  const their = group.length === 1 ? "its" : "their";
  const sentences = {
    live: "",
    waiting: `nothing is known from ${discovery} yet: balancers leave what is there`,
    lost: `${discovery} does not answer: ${their} last good members stand`,
    snapshot: `${discovery} has not answered since the start: ${their} remembered members stand`,
  };
  return {
    key: `source ${key}`,
    severity: source === "waiting" ? "look" : "bad",
    subjects: group.map(([name]) => cluster(name)),
    sentence: sentences[source],
    detail: error,
    since: earliest(group.map(([, { since }]) => since)),
  };
}

function heldTrouble(name: string, { held }: ClusterStatus): readonly Trouble[] {
  const [first] = held;
  if (first === undefined) return [];
  return [
    {
      key: `held ${name}`,
      severity: "bad",
      subjects: [cluster(name)],
      sentence: `${counted(held.length, "node is", "nodes are")} held: the source no longer names ${held.length === 1 ? "it" : "them"}, and traffic still goes there`,
      detail: first.reason,
      since: earliest(held.map(({ since }) => since)),
      release: name,
    },
  ];
}

function recordTrouble(
  name: string,
  notes: ClusterStatus["quarantined"],
  word: string,
  severity: Severity,
): readonly Trouble[] {
  const [first] = notes;
  if (first === undefined) return [];
  const sentence = `${counted(notes.length, "record is", "records are")} ${word}`;
  const detail = `${first.source}: ${first.reason}`;
  return [{ key: `${word} ${name}`, severity, subjects: [cluster(name)], sentence, detail, since: null }];
}

function drainTrouble(name: string, { drains }: ClusterStatus): readonly Trouble[] {
  if (drains.length === 0) return [];
  return [
    {
      key: `drained ${name}`,
      severity: "note",
      subjects: [cluster(name)],
      sentence: `${counted(drains.length, "node is", "nodes are")} drained on this host, until undrain`,
      detail: drains.map((drain) => drain.name).join(", "),
      since: earliest(drains.map(({ since }) => since)),
    },
  ];
}

function cluster(name: string): Subject {
  return { kind: "cluster", name };
}

function earliest(times: readonly string[]): string | null {
  return times.toSorted()[0] ?? null;
}
