import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { DiscoveryRecord, JsonObject, Node } from "@lighthouse-sd/core";
import type { DiscoveryBench } from "./discovery-bench.js";
import type { DiscoveryPromise } from "./discovery-promise.js";

/** When a report is aborted, in milliseconds after its call. */
const MOMENTS_MS = [0, 1, 5, 20, 100] as const;
const METADATA: JsonObject = {
  weight: 50,
  role: "master",
  text: 'line\nline\r\n"quoted" \\ { } # ; \u0000 \u2028 Grüße 日本語 😀',
  nested: { list: [1, -2.5, true, null, "", {}, []], empty: {} },
  "odd key / with: everything": 1e21,
};

/** What a report does where the registry answers. */
export const reportPromises: readonly DiscoveryPromise[] = [
  {
    name: "registers a node exactly as it was given, says so, and withdraws it at the end",
    async holds(bench) {
      const peer = { name: "app-1.example.com", ip: "192.0.2.77", port: 1024 };
      const node: Node = { ...bench.samples.node(0, METADATA), peer };
      await bench.establish("conformance");
      const told = await bench.witness("conformance");
      const report = await bench.register(await bench.start(), "conformance", node);
      await assertFirstAnswer(bench, [node], "when it had been told as registered");
      await bench.shows(told, [node]);
      await endsWell(bench, report);
      await assertFirstAnswer(bench, [], "when the report had ended");
      await bench.shows(told, []);
    },
  },
  {
    name: "registers many nodes, of several services, each on its own",
    async holds(bench) {
      const services = ["one", "two"] as const;
      for (const service of services) await bench.establish(service);
      const discovery = await bench.start();
      const nodes = bench.samples.nodes(3);
      const all = await Promise.all(
        services.map((service) => Promise.all(nodes.map((node) => bench.register(discovery, service, node)))),
      );
      const [one, two] = [await bench.witness("one", nodes), await bench.witness("two", nodes)];
      const first = all[0]?.[0];
      assert.ok(first);
      await endsWell(bench, first);
      await bench.shows(one, nodes.slice(1));
      for (const report of all.flat().slice(1)) assert.equal(report.failure, undefined);
      assert.ok(
        two.lists.every(({ records }) => bench.samples.are(records, nodes)),
        "the other service lost nodes",
      );
    },
  },
  {
    name: "leaves the nodes of others alone",
    async holds(bench) {
      const others = [bench.samples.node(1), bench.samples.node(2)];
      await bench.establish("conformance", others);
      const told = await bench.witness("conformance", others);
      const report = await bench.register(await bench.start(), "conformance", bench.samples.node(0));
      await bench.shows(told, bench.samples.nodes(3));
      await endsWell(bench, report);
      await bench.shows(told, others);
    },
  },
  {
    name: "withdraws a node whenever the report is aborted, and ends soon",
    async holds(bench) {
      await bench.establish("conformance");
      const discovery = await bench.start();
      for (const moment of MOMENTS_MS) {
        const report = bench.report(discovery, "conformance", bench.samples.node(0));
        if (moment > 0) await sleep(moment);
        await endsWell(bench, report);
        await assertFirstAnswer(bench, [], `after an abort after ${moment} ms`);
      }
      const report = await bench.register(discovery, "conformance", bench.samples.node(0));
      await assertFirstAnswer(bench, [bench.samples.node(0)], "after earlier reports were aborted");
      await endsWell(bench, report);
    },
  },
  {
    name: "registers a node again whose record somebody removed",
    async holds(bench) {
      const node = bench.samples.node(0);
      await bench.establish("conformance");
      const report = await bench.register(await bench.start(), "conformance", node);
      const told = await bench.witness("conformance", [node]);
      for (let round = 0; round < 2; round++) {
        const lists = told.lists.length;
        await bench.source.remove("conformance", node);
        const back = (): boolean => told.lists.length > lists && bench.samples.are(told.newest, [node]);
        // Where it came back before the watch looked again there is no new list, but a good first answer.
        const isThere = async (): Promise<boolean> => back() || (await firstAnswerIs(bench, [node]));
        const deadline = performance.now() + bench.restoreMs;
        while (!(await isThere())) assert.ok(performance.now() < deadline, "it did not come back");
      }
      await endsWell(bench, report);
      await bench.shows(told, []);
    },
  },
];

/** Ends a report where the registry answers: it has no reason to fail. */
export async function endsWell(bench: DiscoveryBench, report: ReturnType<DiscoveryBench["report"]>): Promise<void> {
  await bench.end(report);
  assert.equal(report.failure, undefined, "it failed to withdraw, though the registry answered");
}

/** Throws unless a watch that begins now tells these nodes with its first answer. */
export async function assertFirstAnswer(bench: DiscoveryBench, nodes: readonly Node[], when: string): Promise<void> {
  const found = await firstAnswer(bench);
  const names = found.map((record) => bench.samples.keyOfRecord(record) ?? record.source);
  const wanted = nodes.map((node) => bench.samples.keyOf(node));
  assert.ok(
    bench.samples.are(found, nodes),
    `${when} there should stand ${wanted || "nobody"}, found ${names || "nobody"}`,
  );
}

async function firstAnswerIs(bench: DiscoveryBench, nodes: readonly Node[]): Promise<boolean> {
  return bench.samples.are(await firstAnswer(bench), nodes);
}

async function firstAnswer(bench: DiscoveryBench): Promise<readonly DiscoveryRecord[]> {
  const discovery = await bench.start("conformance-reader");
  const watching = bench.watch(discovery, "conformance");
  await watching.told.until(() => watching.told.lists.length > 0, bench.answerMs, "the first answer");
  await bench.end(watching);
  await bench.stopInTime(discovery);
  return watching.told.lists[0]?.records ?? [];
}
