import assert from "node:assert/strict";
import type { DiscoveryRecord } from "@lighthouse-sd/core";
import type { DiscoveryPromise } from "./discovery-promise.js";

const NO_NODES: Readonly<Record<string, string>> = {
  nothing: "",
  words: "not json",
  half: '{"ip": "192.0.2.9", "po',
  null: "null",
  list: "[1, 2]",
  lines: '{"ip": "192.0.2.9\\nserver evil", "port": 8000}',
  deep: `${"[".repeat(5000)}${"]".repeat(5000)}`,
  large: JSON.stringify({ ip: "192.0.2.9", port: 8000, metadata: { filler: "x".repeat(70_000) } }),
  prototype: '{"__proto__": {"ip": "192.0.2.9"}, "port": 8000}',
};

/** What the records are like that a watch tells. */
export const recordPromises: readonly DiscoveryPromise[] = [
  {
    name: "hands out a record that has not changed as the same object",
    async holds(bench) {
      const nodes = bench.samples.nodes(3);
      await bench.establish("conformance", nodes);
      const told = await bench.witness("conformance", nodes);
      const before = new Map(byAddress(bench.samples.keyOfRecord.bind(bench.samples), told.newest));
      await bench.source.put("conformance", bench.samples.node(3));
      await bench.shows(told, bench.samples.nodes(4));
      await bench.source.remove("conformance", bench.samples.node(0));
      await bench.shows(told, bench.samples.nodes(4).slice(1));
      for (const [key, record] of byAddress(bench.samples.keyOfRecord.bind(bench.samples), told.newest)) {
        const known = before.get(key);
        if (known !== undefined)
          assert.equal(record, known, `${record.source} is another object, though it has not changed`);
      }
    },
  },
  {
    name: "leaves alone the lists that it has handed out",
    async holds(bench) {
      await bench.establish("conformance", [bench.samples.node(0)]);
      const told = await bench.witness("conformance", [bench.samples.node(0)]);
      await bench.source.put("conformance", bench.samples.node(1));
      await bench.shows(told, bench.samples.nodes(2));
      await bench.source.remove("conformance", bench.samples.node(0));
      await bench.shows(told, [bench.samples.node(1)]);
      for (const { given, records } of told.lists) assert.deepEqual([...given], records, "a list was changed later");
    },
  },
  {
    name: "says of every record where it was found, each another place, the same as long as the node is there",
    async holds(bench) {
      const nodes = bench.samples.nodes(3);
      await bench.establish("conformance", nodes);
      const told = await bench.witness("conformance", nodes);
      const before = sourcesOf(told.newest);
      assert.equal(new Set(before).size, 3, `three nodes have the sources ${before.join(", ")}`);
      for (const source of before) assert.ok(source, "a record has no source");
      const changed = bench.samples.node(0, { weight: 7 });
      await bench.source.put("conformance", changed);
      await bench.source.put("conformance", bench.samples.node(3));
      await bench.shows(told, [changed, ...bench.samples.nodes(4).slice(1)]);
      const after = sourcesOf(told.newest);
      assert.deepEqual(
        before.filter((source) => !after.includes(source)),
        [],
        "sources of nodes that are still there changed",
      );
    },
  },
  {
    name: "lets no record that is no node harm the others",
    concerns: ({ addressOnly }) => addressOnly !== true,
    async holds(bench) {
      if (bench.source.putText === undefined) return;
      const [first, second] = [bench.samples.node(0), bench.samples.node(1)];
      await bench.establish("conformance", [first]);
      const told = await bench.witness("conformance", [first]);
      for (const [name, text] of Object.entries(NO_NODES)) await bench.source.putText("conformance", name, text);
      await bench.source.put("conformance", second);
      const good = (): boolean =>
        told.newest !== undefined && bench.samples.holdAddresses(told.newest, [first, second]);
      await told.until(good, bench.answerMs, "a node that came beside records that are none was told");
      assert.deepEqual(told.losses, [], "the source was told as lost because of a record");
      for (const { records } of told.lists) {
        assert.ok(bench.samples.holdAddresses(records, [first]), "a list lacked a node because of another record");
        for (const record of records) assertSaysProblem(record);
      }
      const later = await bench.start();
      const again = bench.watch(later, "conformance").told;
      await again.until(() => again.lists.length > 0, bench.answerMs, "the first answer");
      assert.ok(bench.samples.holdAddresses(again.newest ?? [], [first, second]), "a new watch lacked good nodes");
    },
  },
];

/** A problem is optional; one that is there is shown to people as a reason. */
function assertSaysProblem(record: DiscoveryRecord): void {
  if (!("problem" in record)) return;
  const { source, problem } = record;
  const isLine = typeof problem === "string" && /^\S/.test(problem) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(problem);
  assert.ok(isLine, `the problem of ${source} must be one line of text, got ${JSON.stringify(problem)}`);
}

function byAddress(
  keyOf: (record: DiscoveryRecord) => string | undefined,
  records: readonly DiscoveryRecord[] | undefined,
): [string | undefined, DiscoveryRecord][] {
  return (records ?? []).map((record) => [keyOf(record), record]);
}

function sourcesOf(records: readonly DiscoveryRecord[] | undefined): readonly string[] {
  return (records ?? []).map(({ source }) => source);
}
