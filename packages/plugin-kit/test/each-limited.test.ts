import { expect, test } from "vitest";
import { eachLimited } from "../src/index.js";

/** Settles when everything that can happen without waiting has happened. */
function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("all items are worked on, never more at a time than the limit", async () => {
  const done: number[] = [];
  let [running, most] = [0, 0];
  await eachLimited(3, new Set([1, 2, 3, 4, 5, 6, 7]), async (item) => {
    running += 1;
    most = Math.max(most, running);
    await idle();
    running -= 1;
    done.push(item);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test("after a failure nothing more is begun, and what was begun is waited for", async () => {
  const [begun, ended]: number[][] = [[], []];
  const working = eachLimited(2, [1, 2, 3, 4], async (item) => {
    begun?.push(item);
    if (item === 1) throw new Error("one has failed");
    await idle();
    ended?.push(item);
  });
  await expect(working).rejects.toThrow("one has failed");
  expect([begun, ended]).toEqual([[1, 2], [2]]);
});
