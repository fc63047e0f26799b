import { expect, test } from "vitest";
import { fileDiff } from "../src/index.js";

const BEFORE = "one\ntwo\nthree\nfour\nfive\n";
const AFTER = "one\ntwo\nthree\nFOUR\nfive\n";

test("a diff names the file, what it holds now and what is planned, with two lines around a change", () => {
  expect(fileDiff("/etc/acme.conf", BEFORE, AFTER).split("\n")).toEqual([
    "Index: /etc/acme.conf",
    "===================================================================",
    "--- /etc/acme.conf\tnow",
    "+++ /etc/acme.conf\tplanned",
    "@@ -2,4 +2,4 @@",
    " two",
    " three",
    "-four",
    "+FOUR",
    " five",
    "",
  ]);
});

test("a diff without lines around shows nothing of the file but what changes", () => {
  const shown = fileDiff("/etc/acme.conf", BEFORE, AFTER, 0).split("\n").slice(4);
  expect(shown).toEqual(["@@ -4,1 +4,1 @@", "-four", "+FOUR", ""]);
});

test("a file that is not there yet is added, one that goes is taken away, line by line", () => {
  expect(fileDiff("/etc/acme.conf", "", "one\n")).toContain("\n+one\n");
  expect(fileDiff("/etc/acme.conf", "one\n", "")).toContain("\n-one\n");
});
