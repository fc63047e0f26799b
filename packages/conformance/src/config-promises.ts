import assert from "node:assert/strict";
import { isConfigError, type Problem } from "@lighthouse-sd/core";
import type { BalancerPromise } from "./balancer-promise.js";
import { deepFreeze } from "./deep-freeze.js";
import { leftRunning } from "./left-running.js";

/** What a balancer does with its configuration. */
export const configPromises: readonly BalancerPromise[] = [
  {
    name: "validates a configuration without changing what it was given",
    async holds({ plugin, target }) {
      const given = deepFreeze(structuredClone(target.config));
      const validated = plugin.validateConfig(given);
      assert.notEqual(validated, given, "it returned what it was given instead of a copy");
      assert.deepEqual(plugin.validateConfig(given), validated, "the second time it returned something else");
    },
  },
  {
    name: "accepts a configuration that it has validated, as it is",
    async holds({ plugin, config }) {
      assert.deepEqual(plugin.validateConfig(deepFreeze(structuredClone(config))), config);
    },
  },
  {
    name: "names every unknown key of a configuration at once",
    async holds({ plugin, target }) {
      const unknown = ["lighthouse_conformance_1", "lighthouse_conformance_2"];
      const more = Object.fromEntries(unknown.map((key) => [key, 1]));
      const problems = problemsOf(() => plugin.validateConfig({ ...(target.config as object), ...more }));
      assert.deepEqual(problems.map(({ path }) => path[0]).sort(), unknown);
    },
  },
  {
    name: "refuses what is no configuration at all with a ConfigError",
    async holds({ plugin }) {
      for (const value of [undefined, null, 5, "text", [], true]) {
        assert.notEqual(problemsOf(() => plugin.validateConfig(value)).length, 0, JSON.stringify(value));
      }
    },
  },
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

function problemsOf(validate: () => unknown): readonly Problem[] {
  try {
    validate();
  } catch (error) {
    assert.ok(isConfigError(error), `must throw a ConfigError, threw ${error}`);
    return error.problems;
  }
  return assert.fail("it was accepted");
}
