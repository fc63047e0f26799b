import { describe, expect, it } from "vitest";
import { durationMs, parseDuration } from "../src/index.js";

describe("parseDuration", () => {
  it.each([
    ["250ms", 250],
    ["30s", 30_000],
    ["5m", 300_000],
    ["6h", 21_600_000],
    ["1d", 86_400_000],
    ["1.5s", 1500],
    ["0.0004s", 0],
    ["0", 0],
    [30, 30_000],
    [0.25, 250],
    [0, 0],
    ["30", 30_000],
    [" 30s ", 30_000],
    ["off", null],
    [false, null],
  ])("reads %j as %j milliseconds", (value, milliseconds) => {
    expect(parseDuration(value)).toBe(milliseconds);
  });

  it.each([
    "",
    "s",
    "5 m",
    "5M",
    "-5s",
    -5,
    "1e3s",
    "5s5s",
    "5s\nx",
    ".5s",
    "5.s",
    "∞",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    `${"9".repeat(400)}s`,
    true,
    null,
    undefined,
    [],
    {},
    "OFF",
  ])("takes %j for no duration", (value) => {
    expect(parseDuration(value)).toBeUndefined();
  });
});

describe("durationMs", () => {
  it("is infinite for off", () => {
    expect(durationMs("off")).toBe(Number.POSITIVE_INFINITY);
    expect(durationMs("30s")).toBe(30_000);
  });

  it("throws for what no schema would have accepted", () => {
    expect(() => durationMs("soon")).toThrow('not a duration: "soon"');
  });
});
