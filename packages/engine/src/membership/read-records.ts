import { isDeepStrictEqual } from "node:util";
import { type Node, type ParsedRecord, parseNode } from "@lighthouse-sd/core";
import { errorText, oneLine } from "../error-text.js";
import { changedWindow } from "./changed-window.js";

/** What became of one record. */
export interface Reading {
  readonly source: string;
  /** The record as the plugin gave it, and its value, to recognise one that has not changed. */
  readonly record: unknown;
  readonly value: unknown;
  /** What the plugin says is wrong with it, instead of a value. */
  readonly problem: string | undefined;
  /** The node it stands for; null: quarantined, and nothing good was ever known of it. */
  readonly node: Node | null;
  /** Why the record itself is quarantined; null: it is good. With a `node`: its last good value stands. */
  readonly reason: string | null;
  /** Fields that were left out, each with its reason. */
  readonly dropped: readonly string[];
}

/** What a new list of records has changed. */
export interface ReadingsChange {
  /** One for each record, in their order. The list of before where nothing has changed. */
  readonly list: readonly Reading[];
  readonly removed: readonly Reading[];
  readonly added: readonly Reading[];
}

const SOURCE_LIMIT = 300;
/** The value of what is remembered from earlier: equal to no record's. */
const NOT_READ: unique symbol = Symbol("not read yet");

/** Reads a full list of records: the one border between what a registry holds and everything behind it. A record that is
 * the object it was costs a comparison, one whose value is what it was is not read again; a known record that turns bad
 * stands at its last good value. Takes anything a plugin may hand over; never throws. */
export function readRecords(before: readonly Reading[], records: readonly unknown[]): ReadingsChange {
  const { start, beforeEnd, afterEnd } = changedWindow(before, records, isRead);
  const old = before.slice(start, beforeEnd);
  const known = new KnownReadings(old);
  const now = records.slice(start, afterEnd).map((record, index) => readOne(record, start + index, known));
  if (old.length === now.length && now.every((reading, index) => reading === old[index])) {
    return { list: before, removed: [], added: [] };
  }
  const list = before.slice(0, start).concat(now, before.slice(beforeEnd));
  const [stayed, kept] = [new Set(now), new Set(old)];
  return {
    list,
    removed: old.filter((reading) => !stayed.has(reading)),
    added: now.filter((reading) => !kept.has(reading)),
  };
}

/** Readings that stand for nodes known from earlier, before the source has said anything. */
export function rememberedReadings(
  entries: readonly { readonly source: string; readonly node: Node }[],
): readonly Reading[] {
  const unread = { record: NOT_READ, value: NOT_READ, problem: undefined, reason: null, dropped: [] };
  return entries.map(({ source, node }) => ({ ...unread, source, node }));
}

/** Earlier readings by source. Two records of one source are two nodes, told apart by their order. */
class KnownReadings {
  readonly #bySource = new Map<string, Reading[]>();

  constructor(readings: readonly Reading[]) {
    for (const reading of readings.toReversed()) {
      const same = this.#bySource.get(reading.source);
      if (same === undefined) this.#bySource.set(reading.source, [reading]);
      else same.push(reading);
    }
  }

  /** The next one of `source`. */
  take(source: string): Reading | undefined {
    return this.#bySource.get(source)?.pop();
  }
}

function isRead(reading: Reading, record: unknown): boolean {
  try {
    if (reading.record !== record) return false;
    const { value, problem } = record as { value: unknown; problem?: unknown };
    return Object.is(reading.value, value) && reading.problem === statedProblem(problem);
  } catch {
    return false;
  }
}

function readOne(record: unknown, index: number, readings: KnownReadings): Reading {
  const { source: raw, value, problem, broken } = recordParts(record, index);
  const source = oneLine(raw).slice(0, SOURCE_LIMIT);
  const known = readings.take(source);
  if (known !== undefined && broken === undefined && saysTheSame(known, value, problem)) return known;
  const refusal = broken ?? problem;
  const parsed = refusal === undefined ? parseSafely(value) : { reason: refusal };
  if ("reason" in parsed) {
    const reason = oneLine(parsed.reason);
    if (known !== undefined && known.reason === reason && broken !== undefined) return known;
    return { source, record, value, problem, node: known?.node ?? null, reason, dropped: [] };
  }
  const node = isDeepStrictEqual(known?.node, parsed.node) ? (known?.node ?? parsed.node) : parsed.node;
  return { source, record, value, problem, node, reason: null, dropped: parsed.dropped.map(oneLine) };
}

/** Beside a problem the value does not count. */
function saysTheSame(known: Reading, value: unknown, problem: string | undefined): boolean {
  return known.problem === problem && (problem !== undefined || Object.is(known.value, value));
}

/** A plugin may give anything: only a text that says something is a problem. */
function statedProblem(problem: unknown): string | undefined {
  return typeof problem === "string" && problem.trim() !== "" ? problem : undefined;
}

/** A plugin's values may hold getters and cycles; such a one costs its own record only. */
function parseSafely(value: unknown): ParsedRecord {
  try {
    return parseNode(value);
  } catch (error) {
    return { reason: `cannot be read: ${errorText(error)}` };
  }
}

interface RecordParts {
  readonly source: string;
  readonly value: unknown;
  readonly problem: string | undefined;
  /** Why it is no record at all. */
  readonly broken?: string;
}

function recordParts(record: unknown, index: number): RecordParts {
  try {
    const { source, value, problem } = record as { source: unknown; value: unknown; problem?: unknown };
    if (typeof source === "string" && source !== "") return { source, value, problem: statedProblem(problem) };
  } catch {
    // Falls through: not even an object.
  }
  const broken = "the plugin gave a record without a source";
  return { source: `record ${index + 1}`, value: undefined, problem: undefined, broken };
}
