import { createHash } from "node:crypto";
import { type Node, parseNode } from "@lighthouse-sd/core";
import { errorText } from "../error-text.js";
import { type GuardMemory, parseGuardMemory, renderGuardMemory } from "../guard/guard-memory.js";
import type { Readings } from "./readings.js";

/** How long a list is good for a start without its source, in milliseconds. */
export const SNAPSHOT_LIMIT_MS: number = 24 * 3_600_000;

/** The last good members of a cluster, as kept on disk. */
export interface Snapshot {
  readonly cluster: string;
  /** When the source last stood behind it, Unix milliseconds. */
  readonly at: number;
  readonly members: readonly { readonly source: string; readonly node: Node }[];
  /** Undefined: of a version that had no guard. */
  readonly guard: GuardMemory | undefined;
}

/** What readings are worth remembering. */
export function snapshotOf(cluster: string, readings: Readings, at: number, guard: GuardMemory | undefined): Snapshot {
  const members = readings.list.flatMap(({ source, node }) => (node === null ? [] : [{ source, node }]));
  return { cluster, at, members, guard };
}

/** All but its time, as JSON: the same text where nothing has changed. */
export function contentText({ members, guard }: Pick<Snapshot, "members" | "guard">): string {
  const nodes = members.map(({ source, node: { host, ip, port, peer, metadata } }) => {
    return { source, value: { host, ip, port, peer, metadata } };
  });
  return JSON.stringify({ members: nodes, ...(guard !== undefined && { guard: renderGuardMemory(guard) }) });
}

/** Two lines: the checksum of the second one, and the snapshot as JSON. `content`: its `contentText`. */
export function renderSnapshot({ cluster, at }: Pick<Snapshot, "cluster" | "at">, content: string): string {
  const head = JSON.stringify({ format: 1, cluster, at: new Date(at).toISOString() });
  const body = `${head.slice(0, -1)},${content.slice(1)}`;
  return `${checksum(body)}\n${body}\n`;
}

/** Reads what `renderSnapshot` wrote for `cluster`; says why it cannot be used otherwise. Members go through the same
 * border as a registry's records. */
export function parseSnapshot(cluster: string, text: string, now: number): Snapshot | { readonly reason: string } {
  const [sum, body = "", ...rest] = text.split("\n");
  if (sum !== checksum(body) || rest.join("") !== "") return { reason: "its checksum is wrong: it is damaged" };
  try {
    const parsed = JSON.parse(body) as Parsed;
    if (parsed.format !== 1) return { reason: `it has the unknown format ${JSON.stringify(parsed.format)}` };
    if (parsed.cluster !== cluster) return { reason: `it is of cluster ${JSON.stringify(parsed.cluster)}` };
    const at = Date.parse(parsed.at);
    if (!(now - at <= SNAPSHOT_LIMIT_MS)) return { reason: `it is from ${parsed.at}, more than 24 hours ago` };
    const guard = parsed.guard === undefined ? undefined : parseGuardMemory(parsed.guard);
    return { cluster, at, members: parsed.members.flatMap(readMember), guard };
  } catch (error) {
    return { reason: errorText(error) };
  }
}

interface Parsed {
  readonly format: unknown;
  readonly cluster: unknown;
  readonly at: string;
  readonly members: readonly unknown[];
  readonly guard?: unknown;
}

function readMember(member: unknown): Snapshot["members"] {
  const { source, value } = member as { source: string; value: unknown };
  const parsed = parseNode(value);
  return "node" in parsed ? [{ source, node: parsed.node }] : [];
}

function checksum(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}
