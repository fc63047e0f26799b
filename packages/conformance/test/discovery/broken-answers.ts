import type { DiscoveryRecord } from "@lighthouse-sd/core";
import { aborted, type BrokenDiscovery, telling, watching } from "./broken-discovery.js";

/** Wrong ways to tell who is there. */
export const brokenAnswers: readonly BrokenDiscovery[] = [
  {
    fault: "tells the first few at first",
    plugin: telling(
      () => ({ first: true }),
      (records, watcher, state) => {
        if (state.first) watcher.records(records.slice(0, 10));
        state.first = false;
        watcher.records(records);
      },
    ),
    breaks: "tells everybody who is there with its first answer",
  },
  {
    fault: "takes an empty list for none",
    plugin: telling(
      () => undefined,
      (records, watcher) => records.length > 0 && watcher.records(records),
    ),
    breaks: "tells a cluster without anybody as an empty list",
  },
  {
    fault: "takes an empty list for a loss",
    plugin: telling(
      () => undefined,
      (records, watcher) => (records.length > 0 ? watcher.records(records) : watcher.lost(new Error("nothing there"))),
    ),
    breaks: "tells who comes and who goes, down to nobody and up again",
  },
  {
    fault: "never lets anybody go",
    plugin: telling(
      () => new Map<string, DiscoveryRecord>(),
      (records, watcher, known) => {
        for (const record of records) known.set(record.source, record);
        watcher.records([...known.values()]);
      },
    ),
    breaks: "tells who comes and who goes, down to nobody and up again",
  },
  {
    fault: "stands by what it saw first of a node",
    plugin: telling(
      () => new Map<string, DiscoveryRecord>(),
      (records, watcher, known) => {
        for (const record of records) if (!known.has(record.source)) known.set(record.source, record);
        watcher.records(records.map((record) => known.get(record.source) ?? record));
      },
    ),
    breaks: "tells a node whose record was replaced",
  },
  {
    fault: "is one change behind",
    plugin: telling(
      () => ({ next: undefined as readonly DiscoveryRecord[] | undefined }),
      (records, watcher, state) => {
        watcher.records(state.next ?? records);
        state.next = records;
      },
    ),
    breaks: "misses none of many changes, and never tells a part",
  },
  {
    fault: "tells a part now and then",
    plugin: telling(
      () => ({ lists: 0 }),
      (records, watcher, state) => {
        if (++state.lists % 10 === 0) watcher.records(records.slice(1));
        watcher.records(records);
      },
    ),
    breaks: "misses none of many changes, and never tells a part",
  },
  {
    fault: "follows a cluster once",
    plugin: onceEach(),
    breaks: "finds again what is there when it is started again",
  },
  {
    fault: "makes every record anew each time",
    plugin: telling(
      () => undefined,
      (records, watcher) => watcher.records(records.map((record) => ({ ...record }))),
    ),
    breaks: "hands out a record that has not changed as the same object",
  },
  {
    fault: "hands out one list and changes it",
    plugin: telling(
      () => [] as DiscoveryRecord[],
      (records, watcher, list) => {
        list.splice(0, list.length, ...records);
        watcher.records(list);
      },
    ),
    breaks: "leaves alone the lists that it has handed out",
  },
  {
    fault: "says of every record the same place",
    plugin: telling(
      () => undefined,
      (records, watcher) => watcher.records(records.map((record) => ({ ...record, source: "board" }))),
    ),
    breaks: "says of every record where it was found, each another place, the same as long as the node is there",
  },
  {
    fault: "names a record after what stands in it",
    plugin: telling(
      () => undefined,
      (records, watcher) => watcher.records(records.map((record) => ({ ...record, source: String(record.value) }))),
    ),
    breaks: "says of every record where it was found, each another place, the same as long as the node is there",
  },
  {
    fault: "is lost by a record that it cannot parse",
    plugin: telling(
      () => undefined,
      (records, watcher) => {
        try {
          watcher.records(records.map((record) => JSON.parse(String(record.value)) && record));
        } catch (error) {
          watcher.lost(error);
        }
      },
    ),
    breaks: "lets no record that is no node harm the others",
  },
  {
    fault: "calls a record bad and then gives no reason",
    plugin: telling(
      () => undefined,
      (records, watcher) =>
        watcher.records(records.map((record) => ("problem" in record ? { ...record, problem: "" } : record))),
    ),
    breaks: "lets no record that is no node harm the others",
  },
  {
    fault: "has a reason of several lines",
    plugin: telling(
      () => undefined,
      (records, watcher) =>
        watcher.records(records.map((record) => ("problem" in record ? { ...record, problem: "too\nlarge" } : record))),
    ),
    breaks: "lets no record that is no node harm the others",
  },
  {
    fault: "ends by a record that it cannot parse",
    plugin: telling(
      () => undefined,
      (records, watcher) => watcher.records(records.filter((record) => JSON.parse(String(record.value)))),
    ),
    breaks: "lets no record that is no node harm the others",
  },
];

function onceEach(): BrokenDiscovery["plugin"] {
  const followed = new WeakMap<object, Set<string>>();
  return watching(({ discovery, cluster, signal, right }) => {
    const known = followed.get(discovery) ?? new Set<string>();
    followed.set(discovery, known);
    if (known.has(cluster)) return aborted(signal);
    known.add(cluster);
    return right();
  });
}
