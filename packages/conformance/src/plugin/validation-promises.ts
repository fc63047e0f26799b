import assert from "node:assert/strict";
import { formatPath, isConfigError, type Problem } from "@lighthouse-sd/core";
import type { ConfiguredBench } from "./configured-bench.js";
import { deepFreeze } from "./deep-freeze.js";
import type { PluginPromise } from "./promise.js";

/** What a plugin of any kind says of a configuration. */
export const validationPromises: readonly PluginPromise<ConfiguredBench["subject"], ConfiguredBench>[] = [
  {
    name: "validates a configuration without changing what it was given",
    async holds({ plugin, given: config }) {
      const given = deepFreeze(structuredClone(config));
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
    async holds({ plugin, given }) {
      const unknown = ["lighthouse_conformance_1", "lighthouse_conformance_2"];
      const more = Object.fromEntries(unknown.map((key) => [key, 1]));
      const problems = problemsOf(() => plugin.validateConfig({ ...(given as object), ...more }));
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
    name: "refuses a wrong configuration, and says where it is wrong",
    concerns: ({ invalidConfigs }) => invalidConfigs !== undefined,
    async holds({ plugin, subject }) {
      for (const { config, path } of subject.invalidConfigs ?? []) {
        const problems = problemsOf(() => plugin.validateConfig(deepFreeze(structuredClone(config))));
        const found = problems.map((problem) => formatPath(problem.path));
        assert.ok(found.includes(path), `${JSON.stringify(config)}: found wrong: ${found}; not among them: ${path}`);
        for (const { message } of problems) assert.ok(message, "a problem must say what is wrong");
      }
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
