import { beforeEach, expect, test } from "vitest";
import { NodeAges } from "../src/node-ages.js";

const TTL = 30_000;
let now: number;
let ages: NodeAges;

beforeEach(() => {
  now = 1_000_000;
  ages = new NodeAges(TTL, () => now);
});

/** Time passes, with somebody looking as often as asked for. */
function pass(milliseconds: number): void {
  const end = now + milliseconds;
  while (now < end) {
    now = Math.min(end, now + Math.min(ages.nextLookMs, milliseconds));
    ages.conclude(ages.overdue());
  }
}

test("a file is gone when it has not been refreshed for the ttl, and back when it is", () => {
  ages.changed("a");
  ages.changed("b");
  pass(TTL / 2);
  ages.changed("b");
  pass(TTL / 2);
  expect([ages.gone.has("a"), ages.gone.has("b")]).toEqual([true, false]);
  ages.changed("a");
  expect(ages.gone.has("a")).toBe(false);
});

test("a file is looked at once more before it counts as gone", () => {
  ages.changed("a");
  pass(TTL - 1);
  now += 1;
  const overdue = ages.overdue();
  expect([overdue, ages.gone.has("a")]).toEqual([["a"], false]);
  ages.changed("a");
  ages.conclude(overdue);
  expect(ages.gone.has("a")).toBe(false);
});

test("a process that stood still takes nobody for gone", () => {
  ages.changed("a");
  pass(TTL / 3);
  now += 3_600_000;
  ages.conclude(ages.overdue());
  expect(ages.gone.has("a")).toBe(false);
  pass(TTL);
  expect(ages.gone.has("a")).toBe(true);
});

test("at the start old files are gone where another one is fresh", () => {
  ages.begin(
    new Map([
      ["old", TTL + 1],
      ["fresh", 5],
    ]),
  );
  expect([ages.gone.has("old"), ages.gone.has("fresh"), ages.decided()]).toEqual([true, false, true]);
});

test.each([
  ["forwards", 3_600_000],
  ["backwards", -3_600_000],
])("a clock that was set %s before the start takes nobody for gone who is refreshed", (_, age) => {
  ages.begin(
    new Map([
      ["alive", age],
      ["dead", age],
    ]),
  );
  pass(TTL / 3);
  ages.changed("alive");
  pass(TTL / 3);
  expect([ages.gone.has("alive"), ages.decided()]).toEqual([false, true]);
  ages.changed("alive");
  pass(TTL / 2);
  expect([ages.gone.has("alive"), ages.gone.has("dead")]).toEqual([false, true]);
});

test("while every file looks old it is not decided who is there", () => {
  ages.begin(
    new Map([
      ["a", TTL * 2],
      ["b", TTL * 3],
    ]),
  );
  expect(ages.decided()).toBe(false);
  pass(TTL / 2);
  expect([ages.decided(), ages.gone.has("a"), ages.gone.has("b")]).toEqual([true, true, true]);
});

test("without files no look is due", () => {
  ages.changed("a");
  ages.forget("a");
  expect(ages.nextLookMs).toBe(Number.POSITIVE_INFINITY);
});
