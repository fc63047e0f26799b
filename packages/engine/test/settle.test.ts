import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueAt, NEVER, withEvent } from "../src/sync/settle.js";

const SETTLE = { minMs: 20, maxMs: 500 };

describe("when a sync is due", () => {
  test.each([
    ["nothing has ever happened", { firstAt: 7, lastAt: 7, onlyRequests: false }, NEVER, 7],
    [
      "it was quiet since the last sync",
      { firstAt: 1000, lastAt: 1000, onlyRequests: false },
      { startAt: 900, endAt: 950 },
      1000,
    ],
    [
      "the last sync has just ended",
      { firstAt: 951, lastAt: 960, onlyRequests: false },
      { startAt: 900, endAt: 950 },
      980,
    ],
    [
      "events came while it worked",
      { firstAt: 905, lastAt: 949, onlyRequests: false },
      { startAt: 900, endAt: 950 },
      969,
    ],
    ["events never end", { firstAt: 905, lastAt: 1400, onlyRequests: false }, { startAt: 900, endAt: 950 }, 1405],
    [
      "the plugin asks in its own sync",
      { firstAt: 905, lastAt: 905, onlyRequests: true },
      { startAt: 900, endAt: 950 },
      1400,
    ],
    [
      "the plugin asks long after",
      { firstAt: 9000, lastAt: 9000, onlyRequests: true },
      { startAt: 900, endAt: 950 },
      9000,
    ],
  ])("%s", (_name, pending, last, due) => {
    expect(dueAt(pending, last, SETTLE)).toBe(due);
  });

  test("no event waits longer than the cap after the last sync, and none is due before it came", () => {
    const times = fc.array(fc.nat(400), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(times, fc.boolean(), fc.nat(100), (gaps, isRequest, took) => {
        let now = took;
        let pending = withEvent(undefined, now, isRequest);
        for (const gap of gaps) {
          now += gap;
          pending = withEvent(pending, now, isRequest);
        }
        const due = dueAt(pending, { startAt: 0, endAt: took }, SETTLE);
        expect(due).toBeGreaterThanOrEqual(pending.firstAt);
        expect(due).toBeLessThanOrEqual(pending.firstAt + SETTLE.maxMs);
      }),
    );
  });
});
