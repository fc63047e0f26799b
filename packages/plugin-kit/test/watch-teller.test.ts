import { expect, test } from "vitest";
import { WatchTeller } from "../src/index.js";

/** A teller, and what it has told. */
function telling(): { readonly teller: WatchTeller<object>; readonly told: unknown[] } {
  const told: unknown[] = [];
  const teller = new WatchTeller<object>({
    records: (records) => told.push(records),
    lost: (error) => told.push((error as Error).message),
  });
  return { teller, told };
}

const [one, two] = [{ name: "one" }, { name: "two" }];

test("a list is told once, and again when an object or the order is another", () => {
  const { teller, told } = telling();
  for (const list of [[], [], [one], [one], [one, two], [two, one], [two, { ...one }]]) teller.records(list);
  expect(told).toEqual([[], [one], [one, two], [two, one], [two, one]]);
});

test("a loss is told once, with another reason again, and after it the list, though it is the same", () => {
  const { teller, told } = telling();
  teller.records([one]);
  for (const reason of ["refused", "refused", "hangs"]) teller.lost(new Error(reason));
  teller.records([one]);
  teller.lost(new Error("refused"));
  expect(told).toEqual([[one], "refused", "hangs", [one], "refused"]);
});
