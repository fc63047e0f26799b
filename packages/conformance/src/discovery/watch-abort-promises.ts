import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { DiscoveryPromise } from "./discovery-promise.js";
import { Told } from "./told.js";

/** When a watch is aborted, in milliseconds after its call. */
const MOMENTS_MS = [0, 1, 5, 20, 100] as const;

/** What a watch does when nobody listens any more. */
export const watchAbortPromises: readonly DiscoveryPromise[] = [
  {
    name: "ends a watch soon, whenever it is aborted",
    async holds(bench) {
      await bench.establish("conformance", bench.samples.nodes(2));
      const discovery = await bench.start();
      for (const moment of MOMENTS_MS) {
        const watching = bench.watch(discovery, "conformance");
        if (moment > 0) await sleep(moment);
        await bench.end(watching);
      }
      const { told } = bench.watch(discovery, "conformance");
      await bench.shows(told, bench.samples.nodes(2));
    },
  },
  {
    name: "begins no watch whose signal has aborted",
    async holds(bench) {
      await bench.establish("conformance", bench.samples.nodes(2));
      const [discovery, told] = [await bench.start(), new Told("conformance")];
      const signal = AbortSignal.abort();
      const watch = (async () => discovery.watch("conformance", bench.blockOf("conformance"), told, { signal }))();
      await bench.end({ end: () => watch.catch(() => undefined) });
      assert.deepEqual(told.calls, [], "it told something");
    },
  },
  {
    name: "tells nothing after the abort",
    async holds(bench) {
      await bench.establish("conformance", [bench.samples.node(0)]);
      const discovery = await bench.start();
      const watching = bench.watch(discovery, "conformance");
      const other = bench.watch(discovery, "conformance");
      for (const { told } of [watching, other]) await bench.shows(told, [bench.samples.node(0)]);
      const ended = bench.end(watching);
      const calls = watching.told.calls.length;
      for (const index of [1, 2, 3]) {
        await bench.source.put("conformance", bench.samples.node(index));
        await bench.shows(other.told, bench.samples.nodes(index + 1));
      }
      await ended;
      assert.equal(watching.told.calls.length, calls, "it told something after the abort");
    },
  },
];
