import assert from "node:assert/strict";
import { leftRunning } from "../plugin/left-running.js";
import type { DiscoveryPromise } from "./discovery-promise.js";
import { reports } from "./discovery-promise.js";

/** What a discovery leaves behind. */
export const discoveryLifePromises: readonly DiscoveryPromise[] = [
  {
    name: "stops, twice if need be, and leaves nothing running in this process",
    async holds(bench) {
      for (const cluster of ["conformance", "second"]) await bench.establish(cluster, bench.samples.nodes(2));
      const left = await leftRunning(bench.settleMs, async () => {
        const discovery = await bench.start();
        const watched = ["conformance", "second"].map((cluster) => bench.watch(discovery, cluster));
        for (const { told } of watched) await bench.shows(told, bench.samples.nodes(2));
        const others = reports(bench.subject) ? [await bench.register(discovery, "third", bench.samples.node(3))] : [];
        for (const running of [...watched, ...others]) await bench.end(running);
        await bench.stopInTime(discovery);
        await bench.stopInTime(discovery);
      });
      assert.deepEqual(left, [], "something goes on running");
    },
  },
  {
    name: "stops before it has ever watched, or been given a configuration",
    async holds(bench) {
      await bench.stopInTime(bench.construct());
      await bench.stopInTime(await bench.start());
    },
  },
  {
    name: "lets another instance on the same source go on when it stops",
    async holds(bench) {
      await bench.establish("conformance", [bench.samples.node(0)]);
      const [first, second] = [await bench.start("conformance-first"), await bench.start("conformance-second")];
      const [ending, staying] = [bench.watch(first, "conformance"), bench.watch(second, "conformance")];
      for (const { told } of [ending, staying]) await bench.shows(told, [bench.samples.node(0)]);
      await bench.end(ending);
      await bench.stopInTime(first);
      await bench.source.put("conformance", bench.samples.node(1));
      await bench.shows(staying.told, bench.samples.nodes(2));
    },
  },
];
