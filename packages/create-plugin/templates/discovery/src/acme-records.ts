import { type DiscoveryRecord, RECORD_LIMIT } from "@lighthouse-sd/core";

/** The records of an answer, by name. One that has not changed is the same object as in `known`. */
export function toRecords(
  url: URL,
  nodes: Readonly<Record<string, unknown>>,
  known: readonly DiscoveryRecord[],
): readonly DiscoveryRecord[] {
  const before = new Map(known.map((record) => [record.source, record]));
  return Object.keys(nodes)
    .toSorted()
    .map((name) => {
      const record = newRecord(`${url.href}#${name}`, nodes[name]);
      const old = before.get(record.source);
      return old !== undefined && isSame(old, record) ? old : record;
    });
}

function newRecord(source: string, value: unknown): DiscoveryRecord {
  const { length } = JSON.stringify(value);
  if (length <= RECORD_LIMIT) return { source, value };
  const problem = `the record has ${length} characters, more than ${RECORD_LIMIT}; it is no node`;
  return { source, value: null, problem };
}

function isSame(one: DiscoveryRecord, other: DiscoveryRecord): boolean {
  return one.problem === other.problem && JSON.stringify(one.value) === JSON.stringify(other.value);
}
