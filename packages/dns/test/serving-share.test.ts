import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type SrvShare, servingShares } from "../src/serving-share.js";

describe("priority and weight become", () => {
  test.each<readonly [string, readonly (readonly [number, number])[], readonly object[]]>([
    [
      "nothing where they say nothing",
      [
        [0, 0],
        [0, 0],
      ],
      [{}, {}],
    ],
    [
      "nothing where all are the same",
      [
        [10, 50],
        [10, 50],
        [10, 50],
      ],
      [{}, {}, {}],
    ],
    [
      "weights as they are",
      [
        [0, 1],
        [0, 256],
      ],
      [{ weight: 1 }, { weight: 256 }],
    ],
    [
      "weights scaled down together",
      [
        [0, 1000],
        [0, 500],
        [0, 1],
      ],
      [{ weight: 256 }, { weight: 128 }, { weight: 1 }],
    ],
    [
      "no work for weight 0 beside others",
      [
        [0, 10],
        [0, 0],
      ],
      [{ weight: 10 }, { weight: 0 }],
    ],
    [
      "backups of a higher priority",
      [
        [0, 5],
        [1, 5],
        [2, 5],
      ],
      [{}, { backup: true }, { backup: true }],
    ],
    [
      "weights within each priority",
      [
        [0, 5],
        [1, 5],
        [1, 10],
      ],
      [{}, { backup: true, weight: 5 }, { backup: true, weight: 10 }],
    ],
    [
      "servers where the best have gone",
      [
        [7, 1],
        [9, 1],
      ],
      [{}, { backup: true }],
    ],
    ["nothing for nobody", [], []],
  ])("%s", (_case, given, wanted) => {
    expect(servingShares(given.map(([priority, weight]) => ({ priority, weight })))).toEqual(wanted);
  });
});

test("whatever they are: weights are 0 to 256 in the order they had, and somebody serves", () => {
  const share = fc.record({ priority: fc.nat(3), weight: fc.nat(65_535) });
  fc.assert(
    fc.property(fc.array(share, { minLength: 1 }), (given: SrvShare[]) => {
      const shares = servingShares(given);
      expect(shares.some(({ weight, backup }) => weight !== 0 && backup !== true)).toBe(true);
      for (const [index, { weight = 0 }] of shares.entries()) {
        expect(Number.isInteger(weight) && weight >= 0 && weight <= 256).toBe(true);
        for (const [other, { weight: another = 0 }] of shares.entries()) {
          const [one, two] = [given[index], given[other]];
          if (one === undefined || two === undefined || one.priority !== two.priority) continue;
          if (one.weight <= two.weight) expect(weight).toBeLessThanOrEqual(another);
        }
      }
    }),
  );
});
