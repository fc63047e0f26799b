import { describe, expect, it } from "vitest";
import { within } from "../src/bench-plan.js";
import { CleanUps } from "../src/clean-ups.js";
import { readOptions } from "../src/options.js";

const NOW = new Date("2024-05-06T07:08:09Z");

describe("the command line", () => {
  it.each([
    { args: [], kind: "full", name: "full-2024-05-06T070809" },
    { args: ["--quick"], kind: "quick", name: "quick-2024-05-06T070809" },
    { args: ["--registries"], kind: "registries", name: "registries-2024-05-06T070809" },
    { args: ["--soak", "--name", "mine"], kind: "soak", name: "mine" },
    { args: ["--name", "v1.2_a"], kind: "full", name: "v1.2_a" },
  ])("$args: $kind, written as $name", ({ args, kind, name }) =>
    expect(readOptions(args, NOW)).toEqual({ kind, name }),
  );

  it.each([
    { args: ["--full"], message: "unknown option --full" },
    { args: ["--fast"], message: "unknown option --fast" },
    { args: ["--name"], message: 'got ""' },
    { args: ["--name", "../x"], message: 'got "../x"' },
  ])("$args is refused", ({ args, message }) => expect(() => readOptions(args, NOW)).toThrow(message));
});

describe("repeats", () => {
  it.each([
    { count: 3, ms: Number.POSITIVE_INFINITY, expected: [0, 1, 2] },
    { count: 3, ms: 0, expected: [0] },
    { count: 0, ms: 0, expected: [0] },
  ])("$count in $ms ms: $expected", async ({ count, ms, expected }) => {
    const seen: number[] = [];
    expect(await within({ count, ms }, async (index) => void seen.push(index))).toBe(expected.length);
    expect(seen).toEqual(expected);
  });
});

describe("cleaning up", () => {
  it("goes from the last to the first, once, past one that fails, and says so", async () => {
    const done: string[] = [];
    const cleanUps = new CleanUps();
    cleanUps.add(async () => void done.push("first"));
    cleanUps.add(async () => {
      throw new Error("it does not end");
    });
    cleanUps.add(async () => void done.push("last"));
    await expect(cleanUps.run()).rejects.toThrow("it does not end");
    await expect(cleanUps.run()).rejects.toThrow("it does not end");
    expect(done).toEqual(["last", "first"]);
  });
});
