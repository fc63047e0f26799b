import assert from "node:assert/strict";
import type { DiscoveryPromise } from "./discovery-promise.js";

/** What a watch tells of a source that answers. */
export const answerPromises: readonly DiscoveryPromise[] = [
  {
    name: "tells everybody who is there with its first answer",
    async holds(bench) {
      const nodes = bench.samples.nodes(bench.subject.manyNodes ?? 200);
      await bench.establish("conformance", nodes);
      const { told } = bench.watch(await bench.start(), "conformance");
      await told.until(() => told.lists.length > 0, bench.answerMs, "the first answer");
      assert.ok(bench.samples.are(told.lists[0]?.records, nodes), "the first answer was not the full list");
    },
  },
  {
    name: "tells a cluster without anybody as an empty list",
    async holds(bench) {
      await bench.establish("conformance");
      const { told } = bench.watch(await bench.start(), "conformance");
      await told.until(() => told.lists.length > 0, bench.answerMs, "the first answer");
      assert.deepEqual(told.newest, []);
      assert.deepEqual(told.losses, [], "it was told as lost");
    },
  },
  {
    name: "tells who comes and who goes, down to nobody and up again",
    async holds(bench) {
      const [first, second, third] = [bench.samples.node(0), bench.samples.node(1), bench.samples.node(2)];
      await bench.establish("conformance", [first, second]);
      const told = await bench.witness("conformance", [first, second]);
      await bench.source.put("conformance", third);
      await bench.shows(told, [first, second, third]);
      for (const left of [[second, third], [third], []]) {
        const gone = [first, second, third].find(
          (node) => !left.includes(node) && bench.samples.are(told.newest, [...left, node]),
        );
        assert.ok(gone);
        await bench.source.remove("conformance", gone);
        await bench.shows(told, left);
      }
      await bench.source.put("conformance", second);
      await bench.shows(told, [second]);
      assert.deepEqual(told.losses, [], "the source was told as lost, though it was not");
    },
  },
  {
    name: "tells a node whose record was replaced",
    concerns: ({ addressOnly }) => addressOnly !== true,
    async holds(bench) {
      const other = bench.samples.node(1);
      await bench.establish("conformance", [bench.samples.node(0), other]);
      const told = await bench.witness("conformance", [bench.samples.node(0), other]);
      for (const weight of [10, 0, 10]) {
        const node = bench.samples.node(0, { weight });
        await bench.source.put("conformance", node);
        await bench.shows(told, [node, other]);
      }
    },
  },
  {
    name: "misses none of many changes, and never tells a part",
    async holds(bench) {
      const { samples, source } = bench;
      const staying = samples.nodes(3);
      const members = new Map(staying.map((node) => [node.name, node]));
      await bench.establish("conformance", staying);
      const told = await bench.witness("conformance", staying);
      const random = seeded(20_260_101);
      for (let change = 0; change < (bench.subject.manyChanges ?? 200); change++) {
        const node = samples.node(3 + Math.floor(random() * 9), { weight: Math.floor(random() * 250) });
        const leaves = members.has(node.name) && random() < 0.5;
        await (leaves ? source.remove("conformance", node) : source.put("conformance", node));
        if (leaves) members.delete(node.name);
        else members.set(node.name, node);
      }
      await bench.shows(told, [...members.values()]);
      for (const { records } of told.lists) {
        assert.ok(samples.holdAddresses(records, staying), "a list lacked nodes that had been there all the time");
      }
      assert.deepEqual(told.losses, [], "the source was told as lost, though it was not");
    },
  },
  {
    name: "finds again what is there when it is started again",
    async holds(bench) {
      const nodes = bench.samples.nodes(3);
      await bench.establish("conformance", nodes);
      const first = await bench.start();
      const watching = bench.watch(first, "conformance");
      await bench.shows(watching.told, nodes);
      await bench.end(watching);
      await bench.source.remove("conformance", bench.samples.node(1));
      const again = bench.watch(first, "conformance");
      await bench.shows(again.told, [bench.samples.node(0), bench.samples.node(2)]);
      await bench.end(again);
      await bench.stopInTime(first);
      await bench.witness("conformance", [bench.samples.node(0), bench.samples.node(2)]);
    },
  },
];

/** Numbers from 0 to 1, the same ones each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
