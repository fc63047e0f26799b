import { ConfigError, describeProblem, schemaValidator } from "@lighthouse-sd/core";
import { expect, test } from "vitest";
import { untriedVersion } from "../src/broker/tried-version.js";
import { clusterSchema } from "../src/config/cluster-schema.js";
import { validateClusters } from "../src/config/validate-clusters.js";
import { clusterOf } from "./samples.js";

test("a second cluster is refused, by the first one's name", () => {
  const [first, second] = [clusterOf([]), { ...clusterOf([]), name: "other" }];
  expect(validateClusters([first])).toEqual([]);
  expect(validateClusters([first, second]).map(describeProblem)).toEqual([
    expect.stringMatching(/^other: a broker is in one cluster, and this one is in "mq"; /),
  ]);
});

test("a member has to be absent for ten minutes at least", () => {
  expect(validateClusters([clusterOf([], { forget_after: "9m" })]).map(describeProblem)).toEqual([
    "mq.forget_after: must be at least 10m, got 9m",
  ]);
  expect(validateClusters([clusterOf([], { forget_after: "10m" })])).toEqual([]);
});

test.each([
  [{ forget: "manage" }, 'forget: must be one of "never", "report", got "manage"'],
  [{ join: "always" }, 'join: must be one of "never", "blank", got "always"'],
  [{ seeds: ["a@b\nc"] }, "seeds[0]: must be an Erlang node's name such as rabbit@mq1"],
  [{ seed: [] }, 'seed: unknown key "seed"; did you mean "seeds"?'],
  [{ expected_size: 0 }, "expected_size: must be an integer of at least 1, got 0"],
])("the block %j is refused", (block, message) => {
  const validate = (): unknown => schemaValidator(clusterSchema)(block);
  expect(validate).toThrow(ConfigError);
  expect(validate).toThrow(message);
});

test.each([
  ["3.10.8", true],
  ["3.12.14", true],
  ["3.9.29", false],
  ["3.13.0", false],
  ["4.1.2", false],
  ["", false],
  [null, false],
])("of version %s more than the fragment is done: %s", (version, isTried) => {
  expect(untriedVersion(version) === undefined).toBe(isTried);
});
