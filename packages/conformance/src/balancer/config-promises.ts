import assert from "node:assert/strict";
import { deepFreeze } from "../plugin/deep-freeze.js";
import { leftRunning } from "../plugin/left-running.js";
import { validationPromises } from "../plugin/validation-promises.js";
import type { BalancerPromise } from "./balancer-promise.js";

/** What a balancer does with its configuration. */
export const configPromises: readonly BalancerPromise[] = [
  ...validationPromises,
  {
    name: "opens and touches nothing when it is made and given its configuration",
    async holds(bench) {
      const files = await bench.snapshot();
      const opened = await leftRunning(bench.settleMs, async () => {
        await bench.construct().applyConfig(deepFreeze(bench.config));
      });
      assert.deepEqual(opened, [], "something was opened");
      assert.deepEqual(await bench.snapshot(), files, "files were touched");
    },
  },
  {
    name: "depends on the configuration applied last alone, whatever came of the ones before",
    async holds(bench) {
      const clusters = bench.samples.two();
      const balancer = await bench.start();
      await bench.converge(balancer, clusters);
      const before = await bench.texts();
      await balancer.applyConfig(bench.config);
      await bench.assertSettled(balancer, clusters, "after the same configuration was applied again");
      if (bench.target.otherConfig === undefined) return;
      await balancer.applyConfig(bench.plugin.validateConfig(bench.target.otherConfig));
      // It may fail, that is what it is for.
      await bench.sync(balancer, clusters).catch(() => undefined);
      await balancer.applyConfig(bench.config);
      await bench.converge(balancer, clusters);
      const after = await bench.texts();
      for (const [name, text] of Object.entries(before)) assert.equal(after[name], text, name);
      await bench.assertSettled(balancer, clusters, "after the earlier configuration came back");
    },
  },
];
