import { expect, test } from "vitest";
import { NOBODY_SEEN, nextPresence, type PresenceFacts } from "../src/nodes/presence.js";

const MINUTE = 60_000;

function facts(atMs: number, discovered: readonly string[], more: Partial<PresenceFacts> = {}): PresenceFacts {
  return {
    atMs,
    counts: true,
    live: true,
    discovered,
    running: [],
    known: ["a@x", "b@x", "c@x"],
    longestStepMs: 3 * MINUTE,
    keepMs: 60 * MINUTE,
    ...more,
  };
}

function after(...steps: readonly PresenceFacts[]): ReturnType<typeof nextPresence> {
  return steps.reduce(nextPresence, NOBODY_SEEN);
}

test("absence counts from the first look on that does not see a member", () => {
  const seen = after(facts(0, ["a@x"]), facts(MINUTE, ["a@x"]), facts(2 * MINUTE, ["a@x"]));
  expect(seen.absentMs.get("b@x")).toBe(2 * MINUTE);
  expect(seen.absentMs.get("a@x")).toBe(0);
});

test.each<readonly [string, Partial<PresenceFacts>]>([
  ["discovery does not answer", { counts: false, live: false }],
  ["discovery cannot be believed", { counts: false }],
])("it does not count while %s", (_when, more) => {
  const seen = after(facts(0, ["a@x"], more), facts(MINUTE, ["a@x"], more), facts(2 * MINUTE, ["a@x"], more));
  expect(seen.absentMs.get("b@x")).toBe(0);
});

test("the time between an answer that counts and one that does not counts for nobody", () => {
  const seen = after(facts(0, ["a@x"]), facts(MINUTE, ["a@x"], { counts: false }), facts(2 * MINUTE, ["a@x"]));
  expect(seen.absentMs.get("b@x")).toBe(0);
});

test("a member that is discovered or runs has not been absent", () => {
  const gone = [facts(0, ["a@x"]), facts(MINUTE, ["a@x"])];
  expect(after(...gone, facts(2 * MINUTE, ["a@x", "b@x"])).absentMs.get("b@x")).toBe(0);
  expect(after(...gone, facts(2 * MINUTE, ["a@x"], { running: ["b@x"] })).absentMs.get("b@x")).toBe(0);
});

test("a machine that slept, and a clock that goes backwards, make nobody absent", () => {
  expect(after(facts(0, ["a@x"]), facts(1_000_000 * MINUTE, ["a@x"])).absentMs.get("b@x")).toBe(3 * MINUTE);
  expect(after(facts(9 * MINUTE, ["a@x"]), facts(0, ["a@x"])).absentMs.get("b@x")).toBe(0);
});

test("who is no member is remembered for keepMs", () => {
  const short = { keepMs: 2 * MINUTE, known: ["a@x"] };
  const steps = [facts(0, ["a@x", "n@x"], short), facts(MINUTE, ["a@x"], short)];
  expect(after(...steps).absentMs.has("n@x")).toBe(true);
  expect(after(...steps, facts(2 * MINUTE, ["a@x"], short)).absentMs.has("n@x")).toBe(false);
});

test("discovery is stable for as long as it says the same, in any order, and answers", () => {
  const same = [facts(0, ["a@x", "b@x"]), facts(MINUTE, ["b@x", "a@x"]), facts(2 * MINUTE, ["a@x", "b@x"])];
  expect(after(...same).stableMs).toBe(2 * MINUTE);
  expect(after(...same, facts(3 * MINUTE, ["a@x"])).stableMs).toBe(0);
  expect(after(...same, facts(3 * MINUTE, ["a@x", "b@x"], { live: false })).stableMs).toBe(0);
});
