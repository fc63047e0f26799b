import { expect, test } from "vitest";
import { omitLines } from "../src/check/omit-lines.js";

const value = { global: ["a", "b", "c"], proxies: { p: { port: 1, options: ["x", "y"] } }, stats: null };

test.each<readonly [string, readonly (readonly (string | number)[])[], unknown]>([
  ["nothing", [], value],
  ["one entry", [["global", 1]], { ...value, global: ["a", "c"] }],
  [
    "several, by their places before any is gone",
    [
      ["global", 0],
      ["global", 2],
    ],
    { ...value, global: ["b"] },
  ],
  ["one deeper down", [["proxies", "p", "options", 0]], { ...value, proxies: { p: { port: 1, options: ["y"] } } }],
  [
    "one that is not there",
    [
      ["global", 9],
      ["nowhere", 0],
    ],
    value,
  ],
  ["no key of a mapping", [["stats"], ["proxies", "p"]], value],
])("leaves out %s", (_name, paths, expected) => {
  const before = structuredClone(value);
  expect(omitLines(value, paths)).toEqual(expected);
  expect(value).toEqual(before);
});
