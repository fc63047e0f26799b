import { isDeepStrictEqual } from "node:util";
import { type DiscoveryRecord, RECORD_LIMIT } from "@lighthouse-sd/core";
import { excess } from "./value-bounds.js";

/** The records of a list's entries; Prometheus groups (`targets`, `labels`) give one for each target. A record that is
 * equal to one of `previous` is that object. */
export function listRecords(
  file: string,
  entries: readonly unknown[],
  previous: readonly DiscoveryRecord[],
): readonly DiscoveryRecord[] {
  const known = new Map(previous.map((record) => [record.source, record]));
  const sources = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    return bounded(entry, index).map(({ place, named, ...found }) => {
      const source = unique(`${file}[${nameOf(named ?? found.value) ?? place}]`, sources);
      const record = { source, ...found };
      const before = known.get(source);
      return before !== undefined && isDeepStrictEqual(before, record) ? before : record;
    });
  });
}

interface Entry extends Omit<DiscoveryRecord, "source"> {
  /** Where the entry stands in its list, for one that has no usable name. */
  readonly place: string;
  /** What its name stands in; undefined: its value. */
  readonly named?: unknown;
}

/** An entry too large or too deep to be a node is given without its value. */
function bounded(entry: unknown, index: number): readonly Entry[] {
  const group = isObject(entry) && Array.isArray(entry["targets"]) ? entry["targets"] : undefined;
  if (group === undefined) {
    const reason = excess(entry, RECORD_LIMIT);
    if (reason === undefined) return [{ place: `${index}`, value: entry }];
    return [{ place: `${index}`, named: entry, value: null, problem: `the entry ${reason}` }];
  }
  const labels = (entry as Group)["labels"];
  const reason = excess(labels, RECORD_LIMIT);
  if (reason !== undefined) return [{ place: `${index}`, value: null, problem: `the group's "labels" ${reason}` }];
  return group.map((target: unknown, at) => ({ place: `${index}].targets[${at}`, ...targetRecord(target, labels) }));
}

type Group = Readonly<Record<string, unknown>>;

const TARGET = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/;

/** `host:port` as a record. A host that is a name stands as the ip too, and is refused as one where records are read:
 * looking names up is another source's work. */
function targetRecord(target: unknown, labels: unknown): Omit<DiscoveryRecord, "source"> {
  const reason = excess(target, RECORD_LIMIT);
  if (reason !== undefined) return { value: null, problem: `the target ${reason}` };
  const match = typeof target === "string" ? TARGET.exec(target) : null;
  if (match === null) return { value: target };
  return { value: { ip: match[1] ?? match[2], port: match[3], metadata: labels ?? {} } };
}

/** A node's name, so that a record keeps its source when others come before it; undefined where it has none that may
 * stand in a message. */
function nameOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const parts = [value["host"] ?? value["ip"], value["port"]];
  // A value of another kind may be too large to be written out.
  if (!parts.every((part) => typeof part === "string" || typeof part === "number")) return undefined;
  const name = parts.join(":");
  return /^[A-Za-z0-9._:-]{1,300}$/.test(name) ? name : undefined;
}

function unique(source: string, sources: Map<string, number>): string {
  const count = (sources.get(source) ?? 0) + 1;
  sources.set(source, count);
  return count === 1 ? source : `${source}#${count}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
