import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { leftRunning } from "../plugin/left-running.js";
import type { DiscoveryPromise } from "./discovery-promise.js";
import type { DiscoverySubject } from "./discovery-subject.js";
import { assertFirstAnswer, endsWell } from "./report-promises.js";

/** What a report does while the registry is away, in each way there is. */
export function reportCutPromises({ cuts = [] }: DiscoverySubject): readonly DiscoveryPromise[] {
  return cuts.flatMap(({ name }) => promisesOf(name));
}

function promisesOf(cut: string): readonly DiscoveryPromise[] {
  return [
    {
      name: `registers a node again after its registry, which ${cut} for a time, is back`,
      async holds(bench) {
        await bench.establish("conformance");
        const node = bench.samples.node(0);
        const report = await bench.register(await bench.start(), "conformance", node);
        for (const leases of [0, 1.5]) {
          await bench.source.cut?.(cut);
          await report.until(() => !report.isRegistered, bench.lostMs, "it said that it is not registered any more");
          await sleep((bench.subject.leaseMs ?? 0) * leases);
          await bench.source.restore?.();
          await report.until(() => report.isRegistered, bench.restoreMs, "it was registered again");
          await assertFirstAnswer(bench, [node], "when it was registered again");
        }
        await endsWell(bench, report);
        await assertFirstAnswer(bench, [], "when the report had ended");
      },
    },
    {
      name: `begins a report while its registry ${cut}, says so, and registers when it is back`,
      async holds(bench) {
        await bench.establish("conformance");
        const node = bench.samples.node(0);
        await bench.source.cut?.(cut);
        const report = bench.report(await bench.start(), "conformance", node);
        await report.until(() => report.told.length > 0, bench.lostMs, "it said why it is not registered");
        assert.match(report.told[0] ?? "", /^lost: ./);
        await bench.source.restore?.();
        await report.until(() => report.isRegistered, bench.restoreMs, "it was registered");
        await assertFirstAnswer(bench, [node], "when it was registered");
      },
    },
    {
      name: `ends a report soon while its registry ${cut}, and leaves nothing running`,
      async holds(bench) {
        await bench.establish("conformance");
        const left = await leftRunning(bench.settleMs, async () => {
          const discovery = await bench.start();
          const node = (index: number) => bench.register(discovery, "conformance", bench.samples.node(index));
          const [withdrawn, kept] = [await node(0), await node(1)];
          await bench.source.cut?.(cut);
          await bench.end({ end: () => kept.end(true) });
          await bench.end(withdrawn);
          assert.equal(kept.failure, undefined, "to keep a node takes nothing that could fail");
          await bench.stopInTime(discovery);
        });
        assert.deepEqual(left, [], "something goes on running");
      },
    },
  ];
}
