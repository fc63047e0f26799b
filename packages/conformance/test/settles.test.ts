import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { settlesWithin } from "../src/plugin/settles.js";

test("what never settles does not within the limit, what settles does, however it ends", async () => {
  expect(await settlesWithin(50, new Promise(() => undefined))).toBe(false);
  expect(await settlesWithin(60_000, sleep(10))).toBe(true);
  expect(await settlesWithin(60_000, Promise.reject(new Error("refused")))).toBe(true);
});

test("time in which this process stood still does not count", async () => {
  let still = 0;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + still);
  const settling = settlesWithin(5_000, sleep(300));
  still = 3_600_000;
  expect(await settling).toBe(true);
  clock.mockRestore();
});
