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
    return bounded(entry, index).map(({ place, value }) => {
      const source = unique(`${file}[${nameOf(value) ?? place}]`, sources);
      const before = known.get(source);
      return before !== undefined && isDeepStrictEqual(before.value, value) ? before : { source, value };
    });
  });
}

interface Entry {
  /** Where the entry stands in its list, for one that has no usable name. */
  readonly place: string;
  readonly value: unknown;
}

/** An entry too large or too deep to be a node is given as a text that says so, which is no record either. */
function bounded(entry: unknown, index: number): readonly Entry[] {
  const group = isObject(entry) && Array.isArray(entry["targets"]) ? entry["targets"] : undefined;
  const reason = excess(group === undefined ? entry : (entry as Group)["labels"], RECORD_LIMIT);
  if (reason !== undefined) return [{ place: `${index}`, value: `an entry that ${reason}` }];
  if (group === undefined) return [{ place: `${index}`, value: entry }];
  const labels = (entry as Group)["labels"];
  return group.map((target: unknown, at) => ({
    place: `${index}].targets[${at}`,
    value: targetRecord(target, labels),
  }));
}

type Group = Readonly<Record<string, unknown>>;

const TARGET = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/;

/** `host:port` as a record. A host that is a name stands as the ip too, and is refused as one where records are read:
 * looking names up is another source's work. */
function targetRecord(target: unknown, labels: unknown): unknown {
  const match = typeof target === "string" && target.length <= RECORD_LIMIT ? TARGET.exec(target) : null;
  if (match === null) return excess(target, RECORD_LIMIT) === undefined ? target : "a target that is too large";
  return { ip: match[1] ?? match[2], port: match[3], metadata: labels ?? {} };
}

/** A node's name, so that a record keeps its source when others come before it; undefined where it has none that may
 * stand in a message. */
function nameOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const name = `${value["host"] ?? value["ip"]}:${value["port"]}`;
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
