import { describe, expect, it } from "vitest";
import { perThousand, ratio, summarise } from "../src/statistics.js";

describe("several measurements of one thing", () => {
  it.each([
    { values: [3], median: 3, worst: 3 },
    { values: [9, 1, 5], median: 5, worst: 9 },
    { values: [100, 2, 4, 1], median: 3, worst: 100 },
    { values: [10, 9, 100, 1, 2], median: 9, worst: 100 },
  ])("$values: median $median, worst $worst", ({ values, median, worst }) => {
    expect(summarise(values)).toEqual({ count: values.length, median, worst });
  });

  it("none come to nothing, and what was given stays in its order", () => {
    expect(summarise([])).toBeUndefined();
    const values = [3, 1, 2];
    summarise(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("ratios", () => {
  it.each([
    { value: 30, of: 10, expected: 3 },
    { value: 0, of: 10, expected: 0 },
    { value: 30, of: 0, expected: undefined },
    { value: undefined, of: 10, expected: undefined },
    { value: 30, of: undefined, expected: undefined },
  ])("$value of $of: $expected", ({ value, of, expected }) => expect(ratio(value, of)).toBe(expected));

  it("what few changes took is scaled to a thousand; none scale to nothing", () => {
    expect(perThousand(0.5, 20)).toBe(25);
    expect(perThousand(1, 0)).toBeUndefined();
  });
});
