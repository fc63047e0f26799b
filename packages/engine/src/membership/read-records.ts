import { isDeepStrictEqual } from "node:util";
import { type Node, type ParsedRecord, parseNode } from "@lighthouse-sd/core";
import { errorText, oneLine } from "../error-text.js";

/** What became of one record. */
export interface Reading {
  readonly source: string;
  /** The record's value, to recognise one that has not changed. */
  readonly value: unknown;
  /** The node it stands for; null: quarantined, and nothing good was ever known of it. */
  readonly node: Node | null;
  /** Why the record itself is quarantined; null: it is good. With a `node`: its last good value stands. */
  readonly reason: string | null;
  /** Fields that were left out, each with its reason. */
  readonly dropped: readonly string[];
}

/** All readings of one cluster, by source. */
export type Readings = ReadonlyMap<string, Reading>;

const SOURCE_LIMIT = 300;
/** The value of what is remembered from earlier: equal to no record's. */
const NOT_READ: unique symbol = Symbol("not read yet");

/** Reads a full list of records: the one border between what a registry holds and everything behind it. Work is done
 * only for records whose value has changed; a known record that turns bad stands at its last good value. Returns
 * `before` itself where nothing has changed. Takes anything a plugin may hand over; never throws. */
export function readRecords(before: Readings, records: readonly unknown[]): Readings {
  const after = new Map<string, Reading>();
  const repeats = new Map<string, number>();
  let changed = before.size !== records.length;
  for (const [index, record] of records.entries()) {
    const { source, value, broken } = recordParts(record, index);
    const key = unusedKey(after, repeats, source);
    const known = before.get(key);
    const same = known !== undefined && broken === undefined && known.value === value;
    const reading = same ? known : readOne(key, value, broken, known);
    if (reading !== known) changed = true;
    after.set(key, reading);
  }
  return changed ? after : before;
}

/** Readings that stand for nodes known from earlier, before the source has said anything. */
export function rememberedReadings(entries: readonly { readonly source: string; readonly node: Node }[]): Readings {
  return new Map(
    entries.map(({ source, node }) => [source, { source, value: NOT_READ, node, reason: null, dropped: [] }]),
  );
}

function readOne(source: string, value: unknown, broken: string | undefined, known: Reading | undefined): Reading {
  const parsed = broken === undefined ? parseSafely(value) : { reason: broken };
  if ("reason" in parsed) {
    const reason = oneLine(parsed.reason);
    const node = known?.node ?? null;
    if (known !== undefined && known.reason === reason && broken !== undefined) return known;
    return { source, value, node, reason, dropped: [] };
  }
  const node = isDeepStrictEqual(known?.node, parsed.node) ? (known?.node ?? parsed.node) : parsed.node;
  return { source, value, node, reason: null, dropped: parsed.dropped.map(oneLine) };
}

/** A plugin's values may hold getters and cycles; such a one costs its own record only. */
function parseSafely(value: unknown): ParsedRecord {
  try {
    return parseNode(value);
  } catch (error) {
    return { reason: `cannot be read: ${errorText(error)}` };
  }
}

function recordParts(record: unknown, index: number): { source: string; value: unknown; broken?: string } {
  try {
    const { source, value } = record as { source: unknown; value: unknown };
    if (typeof source === "string" && source !== "") return { source: oneLine(source).slice(0, SOURCE_LIMIT), value };
  } catch {
    // Falls through: not even an object.
  }
  return { source: `record ${index + 1}`, value: undefined, broken: "the plugin gave a record without a source" };
}

/** Two records of one source are two nodes: the second is known as `<source> (2)`. */
function unusedKey(taken: Readings, repeats: Map<string, number>, source: string): string {
  if (!taken.has(source)) return source;
  let count = repeats.get(source) ?? 1;
  do count++;
  while (taken.has(`${source} (${count})`));
  repeats.set(source, count);
  return `${source} (${count})`;
}
