import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { DiscoveryBench } from "./discovery-bench.js";
import type { DiscoveryPromise } from "./discovery-promise.js";
import { assertFirstAnswer, endsWell } from "./report-promises.js";
import type { Told } from "./told.js";

/** Times a lease that something is waited for which ends with it. */
const LEASES = 1.5;

/** What becomes of a node from one report to the next. */
export const takeoverPromises: readonly DiscoveryPromise[] = [
  {
    name: "puts another node in the place of the one that a report has kept, without a gap",
    async holds(bench) {
      const discovery = await bench.start();
      await bench.establish("conformance");
      let report = await bench.register(discovery, "conformance", bench.samples.node(0));
      const told = await bench.witness("conformance", [bench.samples.node(0)]);
      for (const metadata of [{ drain: true }, { weight: 5 }, {}]) {
        await keeps(bench, report);
        const node = bench.samples.node(0, metadata);
        report = await bench.register(discovery, "conformance", node);
        await bench.shows(told, [node]);
      }
      await outlivesLease(bench, told, "after it was updated");
      await endsWell(bench, report);
      await bench.shows(told, []);
    },
  },
  {
    name: "keeps a node over the stop of its instance, for the next one to take over without a gap",
    async holds(bench) {
      const first = await bench.start("conformance-first");
      await bench.establish("conformance");
      const kept = await bench.register(first, "conformance", bench.samples.node(0, { weight: 1 }));
      const told = await bench.witness("conformance", [bench.samples.node(0, { weight: 1 })]);
      await keeps(bench, kept);
      await bench.stopInTime(first);
      await assertFirstAnswer(bench, [bench.samples.node(0, { weight: 1 })], "after the instance had stopped");
      const second = await bench.start("conformance-second");
      const node = bench.samples.node(0, { weight: 2 });
      const report = await bench.register(second, "conformance", node);
      await bench.shows(told, [node]);
      await outlivesLease(bench, told, "after it was taken over");
      await endsWell(bench, report);
      await bench.shows(told, []);
    },
  },
  {
    name: "lets a kept node go in time that nobody takes over",
    concerns: ({ leaseMs }) => leaseMs !== undefined,
    async holds(bench) {
      const discovery = await bench.start();
      await bench.establish("conformance", [bench.samples.node(1)]);
      const report = await bench.register(discovery, "conformance", bench.samples.node(0));
      const told = await bench.witness("conformance", bench.samples.nodes(2));
      await keeps(bench, report);
      await bench.stopInTime(discovery);
      await bench.shows(told, [bench.samples.node(1)], (bench.subject.leaseMs ?? 0) + bench.answerMs);
    },
  },
  {
    name: "keeps a node registered for longer than its lease, without a gap",
    concerns: ({ leaseMs }) => leaseMs !== undefined,
    async holds(bench) {
      await bench.establish("conformance");
      const report = await bench.register(await bench.start(), "conformance", bench.samples.node(0));
      const told = await bench.witness("conformance", [bench.samples.node(0)]);
      await outlivesLease(bench, told, "while it was reported");
      assert.ok(report.isRegistered, `the report says: ${report.told.at(-1)}`);
    },
  },
  {
    name: "withdraws nothing that another reporter has put in its place",
    async holds(bench) {
      await bench.establish("conformance");
      const first = await bench.start("conformance-first");
      const early = await bench.register(first, "conformance", bench.samples.node(0, { weight: 1 }));
      const told = await bench.witness("conformance", [bench.samples.node(0, { weight: 1 })]);
      const second = await bench.start("conformance-second");
      const node = bench.samples.node(0, { weight: 2 });
      const late = await bench.register(second, "conformance", node);
      await bench.end(early);
      await bench.stopInTime(first);
      await assertFirstAnswer(bench, [node], "after the earlier reporter had ended");
      await outlivesLease(bench, told, "after the earlier reporter had ended");
      await endsWell(bench, late);
      await bench.shows(told, []);
    },
  },
];

async function keeps(bench: DiscoveryBench, report: ReturnType<DiscoveryBench["report"]>): Promise<void> {
  await bench.end({ end: () => report.end(true) });
  assert.equal(report.failure, undefined, "it failed at keeping the node, though the registry answered");
}

/** Waits for longer than a lease; throws where the watch has ever told that nobody was there. */
async function outlivesLease(bench: DiscoveryBench, told: Told, when: string): Promise<void> {
  await sleep((bench.subject.leaseMs ?? 0) * LEASES);
  const gap = told.lists.some(({ records }) => !bench.samples.holdAddresses(records, [bench.samples.node(0)]));
  assert.ok(!gap, `the node was missing for a moment ${when}`);
}
