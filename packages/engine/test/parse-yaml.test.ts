import { describe, expect, it, test } from "vitest";
import { type ParsedYaml, parseYaml } from "../src/config/parse-yaml.js";

function parsed(text: string): ParsedYaml {
  const result = parseYaml(text);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result;
}

function problems(text: string): readonly string[] {
  const result = parseYaml(text);
  if (!("problems" in result)) return [];
  return result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

/** Each level twice the one before: 2 to the power of `levels` values when written out. */
function doubling(levels: number, use: (name: string) => string): string {
  const lines = ["a0: &a0 {k: 1}"];
  for (let level = 1; level <= levels; level++) lines.push(`a${level}: &a${level} ${use(`a${level - 1}`)}`);
  return `${lines.join("\n")}\n`;
}

describe("what is read", () => {
  test.each([
    ["YAML 1.2 values", "a: 0o17\nb: 12:30\nc: True\nd: ~\ne: 1e3\n", { a: 15, b: "12:30", c: true, d: null, e: 1000 }],
    ["a merge key", "x: &x {p: 1, q: 2}\ny:\n  <<: *x\n  q: 3\n", { x: { p: 1, q: 2 }, y: { p: 1, q: 3 } }],
    [
      "a list of merges, the first counting most",
      "x: &x {p: 1}\ny: &y {p: 2, r: 3}\nz: {<<: [*x, *y]}\n",
      { x: { p: 1 }, y: { p: 2, r: 3 }, z: { p: 1, r: 3 } },
    ],
    ["an anchor used anew", "a: &x 1\nb: &x 2\nc: *x\n", { a: 1, b: 2, c: 2 }],
    ["an anchored root", "&root {a: 1}\n", { a: 1 }],
    ["one document with its end marked", "---\na: 1\n...\n", { a: 1 }],
    ["Windows line ends", "a: 1\r\nb: [2]\r\n", { a: 1, b: [2] }],
    ["a standard tag", "a: !!str 1\n", { a: "1" }],
    ["many uses of one anchor", `x: &x {p: 1}\ny: [${"*x, ".repeat(500)}*x]\n`, undefined],
  ])("%s", (_what, text, value) => {
    if (value === undefined) expect(problems(text)).toEqual([]);
    else expect(parsed(text).value).toEqual(value);
  });

  it("keeps a key called __proto__ a key", () => {
    const { value } = parsed("__proto__: {a: 1}\n");
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe("what is refused, and where", () => {
  test.each([
    ["an empty file", "", ["1:1 the file is empty"]],
    ["nothing but comments", "# later\n\n", ["1:1 the file holds nothing but comments"]],
    ["an empty document", "---\n", ["1:1 the file holds nothing but comments"]],
    ["a list", "- a\n", ["1:1 must be a mapping of keys to values"]],
    ["a word", "hello\n", ["1:1 must be a mapping of keys to values"]],
    ["two documents", "a: 1\n---\nb: 2\n", ["2:1 a second document begins here; a file holds one"]],
    ["a key twice", "a: 1\nb: 2\na: 3\n", ['3:1 the key "a" is there twice in one mapping']],
    [
      "two keys twice: both are told",
      "a: 1\na: 2\nb: 1\nb: 2\n",
      ['2:1 the key "a" is there twice in one mapping', '4:1 the key "b" is there twice in one mapping'],
    ],
    ["a tag of its own", "a: !vault x\n", ["1:4 the tag !vault is not taken; write plain values"]],
    [
      "Python's tags",
      "a: !!python/object:os.system {}\n",
      ["1:4 the tag tag:yaml.org,2002:python/object:os.system is not taken; write plain values"],
    ],
    ["an alias of nothing", "a: *x\n", ["1:4 the alias *x has no anchor &x before it"]],
    ["an anchor in itself", "a: &a [*a]\n", ["1:7 the anchor &a contains itself"]],
    ["a merge of no mapping", "a: {<<: 1}\n", ["1:5 << must be a mapping, an alias of one, or a list of such aliases"]],
    ["a list as a key", "? [a]\n: b\n", ["1:3 a key must be a plain value"]],
    ["tabs", "a:\n\tb: 1\n", ["2:1 is not YAML: Tabs are not allowed as indentation"]],
    [
      "an open bracket",
      "a: [1\n",
      ["2:1 is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ],
    [
      "aliases that double and double",
      doubling(30, (name) => `[*${name}, *${name}]`),
      ["1:1 its aliases stand for more than 100000 values"],
    ],
    [
      "merges that double and double",
      doubling(30, (name) => `{<<: [*${name}, *${name}]}`),
      ["1:1 its aliases stand for more than 100000 values"],
    ],
  ])("%s", (_what, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });
});

describe("where a value stands", () => {
  const text = [
    "x: &x", //            1
    "  port: 80a", //      2
    "  deep: {k: 1}", //   3
    "web:", //             4
    "  <<: *x", //         5
    "  whole: *x", //      6
    "  list:", //          7
    "    - a", //          8
    "    - {b: 1}", //     9
    "  empty:", //        10
  ].join("\n");
  test.each([
    ["the root", [], false, "1:1"],
    ["a value", ["web", "list", 0], false, "8:7"],
    ["a key", ["web", "list"], true, "7:3"],
    ["a value in a list", ["web", "list", 1, "b"], false, "9:11"],
    ["what a merge brought", ["web", "port"], false, "2:9"],
    ["the key of what a merge brought", ["web", "port"], true, "2:3"],
    ["deep in what a merge brought", ["web", "deep", "k"], false, "3:13"],
    ["a value that is an alias", ["web", "whole"], false, "6:10"],
    ["inside a value that is an alias", ["web", "whole", "deep", "k"], false, "3:13"],
    ["a key that is missing: its mapping's key", ["web", "nothing"], false, "4:1"],
    ["far below what is missing", ["web", "nothing", "at", "all", 3], true, "4:1"],
    ["an index where no list is", ["web", "port", 0], false, "2:3"],
    ["an index out of the list", ["web", "list", 9], false, "7:3"],
  ] as const)("%s", (_what, path, atKey, place) => {
    const { line, column } = parsed(text).source.locate(path, atKey);
    expect(`${line}:${column}`).toBe(place);
  });
});

describe("words that YAML 1.1 took for something else", () => {
  test.each([
    ["yes", "a: yes\n", 'a 1:4 the bare word yes is the text "yes" in YAML 1.2; write true, or "yes" in quotes'],
    [
      "Off in a list in a mapping",
      "a:\n  - {b: Off}\n",
      'a.0.b 2:9 the bare word Off is the text "Off" in YAML 1.2; write false, or "Off" in quotes',
    ],
    [
      "an octal number",
      "m: 0644\n",
      'm 1:4 0644 is the decimal number 644 in YAML 1.2; write 0o644 for an octal number, or "0644" in quotes',
    ],
    [
      "in what is merged",
      "a:\n  <<: {b: on}\n",
      'a.b 2:11 the bare word on is the text "on" in YAML 1.2; write true, or "on" in quotes',
    ],
    ["in quotes", "a: 'yes'\n", undefined],
    ["as a key", "on: 1\n", undefined],
    ["in a longer text", "a: yes please\n", undefined],
    ["zero", "a: 0\n", undefined],
  ])("%s", (_what, text, expected) => {
    const { words, source } = parsed(text);
    const shown = words.map(({ path, node, message }) => {
      const { line, column } = source.place(node);
      return `${path.join(".")} ${line}:${column} ${message}`;
    });
    expect(shown).toEqual(expected === undefined ? [] : [expected]);
  });
});
