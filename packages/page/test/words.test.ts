import { expect, test } from "vitest";
import { ageText } from "../src/text/age-text.js";
import { counted } from "../src/text/counted.js";
import { hashOf, subjectOf } from "../src/view/go-to.js";

test.each([
  [-5000, "just now"],
  [59_999, "just now"],
  [60_000, "1m ago"],
  [3_599_999, "59m ago"],
  [3_600_000, "1h ago"],
  [86_400_000 * 400, "400d ago"],
])("%i ms are %s", (age, text) => {
  expect(
    ageText(0, age)
      .replaceAll(/(?<=\d) | (?=min)/g, "")
      .replace("min", "m"),
  ).toBe(text);
});

test("numbers have their word", () => {
  expect([0, 1, 1000].map((count) => counted(count, "node"))).toEqual(["0 nodes", "1 node", "1,000 nodes"]);
});

test.each([
  ["#cluster=web", { kind: "cluster", name: "web" }],
  ["#balancer=a%3Db", { kind: "balancer", name: "a=b" }],
  ["#cluster=%zz", undefined],
  ["#other=web", undefined],
  ["", undefined],
])("the address %j leads to %j", (hash, subject) => {
  expect(subjectOf(hash)).toEqual(subject);
});

test("a subject's address leads there", () => {
  const subject = { kind: "cluster", name: "a b/ü" } as const;
  expect(subjectOf(hashOf(subject))).toEqual(subject);
});
