import assert from "node:assert/strict";
import { leftRunning } from "../plugin/left-running.js";
import type { BalancerPromise } from "./balancer-promise.js";

/** What a balancer leaves behind, and whom it lets in beside it. */
export const lifecyclePromises: readonly BalancerPromise[] = [
  {
    name: "stops, twice if need be, and leaves nothing running in this process",
    async holds(bench) {
      const left = await leftRunning(bench.settleMs, async () => {
        const balancer = await bench.start();
        await bench.converge(balancer, bench.samples.two());
        const files = await bench.snapshot();
        await bench.stop(balancer);
        await bench.stop(balancer);
        assert.deepEqual(await bench.snapshot(), files, "the stop touched files");
      });
      assert.deepEqual(left, [], "something goes on running");
    },
  },
  {
    name: "stops before it has ever synced, or been given a configuration",
    async holds(bench) {
      await bench.stop(bench.construct());
      await bench.stop(await bench.start());
    },
  },
  {
    name: "refuses a target that another instance keeps, naming it, and takes over when that one stops",
    concerns: ({ exclusive }) => exclusive === true,
    async holds(bench) {
      const first = await bench.start("conformance-first");
      await bench.converge(first, bench.samples.two());
      const second = await bench.start("conformance-second");
      const other = [bench.samples.cluster(0, [4])];
      await assert.rejects(bench.sync(second, other), /conformance-first/);
      await bench.assertSettled(first, bench.samples.two(), "after another instance was refused");
      await bench.stop(first);
      await bench.converge(second, other);
    },
  },
];
