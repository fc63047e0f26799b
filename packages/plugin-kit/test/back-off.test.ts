import { expect, test } from "vitest";
import { backOffMs } from "../src/index.js";

const times = { firstMs: 200, capMs: 10_000 };

test.each([
  [1, 1, 200],
  [1, 0, 100],
  [2, 1, 400],
  [6, 1, 6_400],
  [7, 1, 10_000],
  [7, 0, 5_000],
  [1_000_000, 1, 10_000],
])("after %i failures in a row, with chance %d: %i ms", (failures, random, ms) => {
  expect(backOffMs(failures, random, times)).toBe(ms);
});
