import { isDeepStrictEqual } from "node:util";
import { type NodeChange, nodeChanges } from "@lighthouse-sd/core";
import type { EventKind, NodesOfEvent } from "../journal/runner-event.js";
import { changedWindow } from "./changed-window.js";
import type { ClusterState } from "./cluster-state.js";
import type { Reading } from "./read-records.js";

const MOST_NAMED = 5;

/** What happened to a cluster, as sentences for the log; none where a person need not know. */
export function membershipSentences(name: string, before: ClusterState, after: ClusterState): readonly Sentence[] {
  return [
    ...sourceSentences(name, before, after),
    ...memberSentences(name, before, after),
    ...recordSentences(name, before, after),
  ];
}

/** One line of log, which is an event too. */
export interface Sentence {
  readonly level: "info" | "warn";
  readonly kind: EventKind;
  readonly text: string;
  readonly nodes?: NodesOfEvent;
}

function sourceSentences(name: string, before: ClusterState, after: ClusterState): Sentence[] {
  const cluster = `cluster ${name}`;
  const count = after.nodes?.length ?? 0;
  if (after.source === "snapshot" && before.source !== "snapshot") {
    const at = new Date(after.confirmedAt ?? 0).toISOString();
    return [
      warn("source", `${cluster}: its source has not answered; the ${nodes(count)} known at ${at} stand until it does`),
    ];
  }
  if (after.source !== "live" && after.error !== null && after.error !== before.error) {
    const rest = after.nodes === null ? "nothing is known of it yet" : `the last good ${nodes(count)} stand`;
    return [warn("source", `${cluster}: its source does not answer: ${after.error}; ${rest}`)];
  }
  if (after.source === "live" && before.source !== "live" && (before.error !== null || before.answered)) {
    return [info("source", `${cluster}: its source answers again`)];
  }
  return [];
}

function memberSentences(name: string, before: ClusterState, after: ClusterState): Sentence[] {
  if (after.nodes === null || after.nodes === before.nodes || after.source === "snapshot") return [];
  if (before.nodes === null) {
    const all = after.nodes.map((node) => node.name);
    return [info("members", `cluster ${name}: has ${nodes(all.length)}`, { joined: all })];
  }
  const changes = nodeChanges(before.nodes, after.nodes);
  const named = (is: (change: NodeChange) => boolean): readonly string[] => changes.filter(is).map(({ name }) => name);
  const joined = named((change) => change.before === undefined);
  const left = named((change) => change.after === undefined);
  const changed = named(({ before: old, after: now }) => {
    // One that was held is read anew when it is back.
    return old !== undefined && now !== undefined && !isDeepStrictEqual(old, now);
  });
  const parts = [said(joined, "joined"), said(left, "left"), said(changed, "changed")].filter((part) => part !== "");
  if (parts.length === 0) return [];
  const text = `cluster ${name}: ${parts.join(", ")}; it has ${nodes(after.nodes.length)} now`;
  return [info("members", text, { joined, left, changed })];
}

function recordSentences(name: string, before: ClusterState, after: ClusterState): Sentence[] {
  if (before.readings === after.readings) return [];
  const [old, now] = [before.readings.list, after.readings.list];
  const { start, beforeEnd, afterEnd } = changedWindow(old, now, Object.is);
  const known = new Map(old.slice(start, beforeEnd).map((reading) => [reading.source, reading]));
  const notes = now.slice(start, afterEnd).flatMap((reading) => noteOf(reading, known.get(reading.source)));
  const shown = notes.slice(0, MOST_NAMED).map((note) => warn("record", `cluster ${name}: ${note}`));
  const more = notes.length - shown.length;
  return more > 0
    ? [...shown, warn("record", `cluster ${name}: and ${more} more such records; see the status`)]
    : shown;
}

function noteOf(reading: Reading, before: Reading | undefined): string[] {
  if (reading === before) return [];
  if (reading.reason !== null) {
    if (before?.reason === reading.reason) return [];
    const rest = reading.node === null ? "it is left out" : "its last good value stands";
    return [`the record ${reading.source} is quarantined: ${reading.reason}; ${rest}`];
  }
  const fresh = reading.dropped.filter((field) => before?.dropped.includes(field) !== true);
  return fresh.map((field) => `the record ${reading.source}: a field is left out: ${field}`);
}

function said(names: readonly string[], verb: string): string {
  if (names.length === 0) return "";
  const shown = names.slice(0, MOST_NAMED).join(", ");
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more ${verb}` : `${shown} ${verb}`;
}

function nodes(count: number): string {
  return count === 1 ? "1 node" : `${count} nodes`;
}

function info(kind: EventKind, text: string, named?: NodesOfEvent): Sentence {
  return { level: "info", kind, text, ...(named && { nodes: named }) };
}

function warn(kind: EventKind, text: string): Sentence {
  return { level: "warn", kind, text };
}
