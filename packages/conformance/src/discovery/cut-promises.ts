import assert from "node:assert/strict";
import { leftRunning } from "../plugin/left-running.js";
import type { DiscoveryBench } from "./discovery-bench.js";
import type { DiscoveryPromise } from "./discovery-promise.js";
import type { DiscoverySubject, SourceCut } from "./discovery-subject.js";
import type { Told } from "./told.js";

/** What a watch tells of a source that is taken away, in each way there is. */
export function cutPromises({ cuts = [] }: DiscoverySubject): readonly DiscoveryPromise[] {
  return cuts.flatMap((cut) => promisesOf(cut));
}

function promisesOf(cut: SourceCut): readonly DiscoveryPromise[] {
  const { name, writable = true } = cut;
  return [
    {
      name: `tells a source that ${name} as lost, never as a shorter list, and its return by itself`,
      async holds(bench) {
        const nodes = bench.samples.nodes(3);
        await bench.establish("conformance", nodes);
        const told = await bench.witness("conformance", nodes);
        const before = told.newest ?? [];
        await bench.source.cut?.(name);
        await lost(bench, told, 0);
        const answers = told.lists.length;
        await bench.source.restore?.();
        await told.until(() => told.lists.length > answers, bench.restoreMs, "the return of the source was told");
        await bench.shows(told, nodes, bench.restoreMs);
        for (const { records } of told.lists) {
          assert.ok(bench.samples.are(records, nodes), "a list lacked nodes, though none had gone");
        }
        for (const record of told.newest ?? []) {
          assert.ok(before.includes(record), `${record.source} is another object, though it has not changed`);
        }
      },
    },
    {
      name: `catches up with what changed while its source ${name}`,
      async holds(bench) {
        await bench.establish("conformance", bench.samples.nodes(3));
        const told = await bench.witness("conformance", bench.samples.nodes(3));
        for (const round of [1, 2]) {
          const losses = told.losses.length;
          await bench.source.cut?.(name);
          if (writable) await change(bench, round);
          await lost(bench, told, losses);
          await bench.source.restore?.();
          if (!writable) await change(bench, round);
          const left = bench.samples.nodes(3 + round).slice(round);
          await bench.shows(told, left, bench.restoreMs);
        }
        await bench.source.put("conformance", bench.samples.node(0));
        await bench.shows(told, [bench.samples.node(0), ...bench.samples.nodes(5).slice(2)]);
      },
    },
    {
      name: `starts while its source ${name}, says so, and finds it when it is back`,
      async holds(bench) {
        await bench.establish("conformance", bench.samples.nodes(2));
        await bench.source.cut?.(name);
        const { told } = bench.watch(await bench.start(), "conformance");
        await lost(bench, told, 0);
        assert.deepEqual(told.lists, [], "it told records of a source that it could not reach");
        await bench.source.restore?.();
        await bench.shows(told, bench.samples.nodes(2), bench.restoreMs);
      },
    },
    {
      name: `ends a watch and stops soon while its source ${name}, and leaves nothing running`,
      async holds(bench) {
        await bench.establish("conformance", bench.samples.nodes(2));
        const left = await leftRunning(bench.settleMs, async () => {
          const discovery = await bench.start();
          const watching = bench.watch(discovery, "conformance");
          await bench.shows(watching.told, bench.samples.nodes(2));
          await bench.source.cut?.(name);
          await bench.end(bench.watch(discovery, "conformance"));
          await lost(bench, watching.told, 0);
          await bench.end(watching);
          await bench.stopInTime(discovery);
        });
        assert.deepEqual(left, [], "something goes on running");
      },
    },
  ];
}

async function lost(bench: DiscoveryBench, told: Told, before: number): Promise<void> {
  await told.until(() => told.losses.length > before, bench.lostMs, "the loss of the source was told");
  for (const loss of told.losses) {
    assert.ok(loss instanceof Error && loss.message !== "", "a loss must be told as an error that says why");
  }
}

/** The oldest leaves and another one comes. */
async function change(bench: DiscoveryBench, round: number): Promise<void> {
  await bench.source.remove("conformance", bench.samples.node(round - 1));
  await bench.source.put("conformance", bench.samples.node(2 + round));
}
