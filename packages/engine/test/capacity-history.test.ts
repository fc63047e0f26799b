import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginHistory, type CapacityHistory, confirmedCount, withCount } from "../src/guard/capacity-history.js";

const WINDOW = 60_000;

/** Counts at seconds, then what counts as normal at `second`. */
function normalAt(second: number, counts: readonly (readonly [second: number, count: number])[]): number {
  const [first, ...others] = counts;
  if (first === undefined) throw new Error("no counts");
  const begun = beginHistory(first[1], first[0] * 1000);
  const history = others.reduce((so, [at, count]) => withCount(so, count, WINDOW, at * 1000), begun);
  return confirmedCount(history, WINDOW, second * 1000);
}

describe("what counts as the normal number of nodes", () => {
  test.each<[string, number, readonly (readonly [number, number])[], number]>([
    ["the first count", 0, [[0, 10]], 10],
    [
      "a fall, not at once",
      31,
      [
        [0, 10],
        [30, 5],
      ],
      10,
    ],
    [
      "a fall, once it has stood for a window",
      95,
      [
        [0, 10],
        [30, 5],
      ],
      5,
    ],
    [
      "a rise, not at once",
      31,
      [
        [0, 10],
        [30, 20],
      ],
      10,
    ],
    [
      "a rise, once it has stood for a window",
      95,
      [
        [0, 10],
        [30, 20],
      ],
      20,
    ],
    [
      "twice as many for a moment",
      80,
      [
        [0, 10],
        [30, 20],
        [50, 10],
      ],
      10,
    ],
    [
      "half as many for a moment",
      120,
      [
        [0, 10],
        [30, 5],
        [50, 10],
      ],
      10,
    ],
    [
      "one after the other replaced, for minutes",
      300,
      Array.from({ length: 300 }, (_, second) => [second, 10 - (second % 2)]),
      10,
    ],
    ["bit by bit within a window", 59, Array.from({ length: 10 }, (_, step) => [step * 5, 100 - step * 5]), 100],
    [
      "bit by bit over an hour: what it was a window ago",
      3600,
      Array.from({ length: 61 }, (_, minute) => [minute * 60, 100 - minute]),
      41,
    ],
    [
      "up and down at the same moment",
      1,
      [
        [0, 10],
        [0, 3],
        [0, 10],
      ],
      10,
    ],
    [
      "down at the very beginning",
      0,
      [
        [0, 10],
        [0, 3],
      ],
      10,
    ],
  ])("%s", (_name, at, counts, normal) => {
    expect(normalAt(at, counts)).toBe(normal);
  });

  test("without a window: what it was just before", () => {
    const history = withCount(beginHistory(10, 0), 5, 0, 1);
    expect(confirmedCount(history, 0, 1)).toBe(5);
  });

  test("it keeps few steps however often the count changes", () => {
    let history: CapacityHistory = beginHistory(0, 0);
    for (let at = 0; at < 200_000; at += 10) history = withCount(history, (at / 10) % 100, WINDOW, at);
    expect(history.steps.length).toBeLessThan(40);
  });

  test("the same count again is the same history", () => {
    const history = beginHistory(10, 0);
    expect(withCount(history, 10, WINDOW, 1000)).toBe(history);
  });

  const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.nat(50)), { maxLength: 40 });

  test("any history: between the least and the most there ever were, and in the end what stands", () => {
    fc.assert(
      fc.property(changes, fc.nat(50), (gaps, first) => {
        let history = beginHistory(first, 0);
        const counts = [{ at: 0, count: first }];
        for (const [gap, count] of gaps) {
          const at = (counts.at(-1)?.at ?? 0) + gap;
          history = withCount(history, count, WINDOW, at);
          counts.push({ at, count });
          const seen = counts.map((entry) => entry.count);
          const normal = confirmedCount(history, WINDOW, at);
          expect(normal).toBeGreaterThanOrEqual(Math.min(...seen));
          expect(normal).toBeLessThanOrEqual(Math.max(...seen));
        }
        const last = counts.at(-1) ?? { at: 0, count: 0 };
        expect(confirmedCount(history, WINDOW, last.at + 2 * WINDOW)).toBe(last.count);
      }),
    );
  });
});
