import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonErrorOffset } from "../src/json-error-offset.js";
import { isJsonDocument, parseList } from "../src/parse-list.js";
import { describeTextProblem, TextProblem } from "../src/text-problem.js";

function problem(file: string, text: string): string {
  try {
    parseList(file, text);
  } catch (error) {
    if (error instanceof TextProblem) return describeTextProblem(file, text, error);
    throw error;
  }
  return "none";
}

test.each<[string, string, string]>([
  ["JSON that ends too early", '[{"ip": "10.0.0.5"', "web.json:1:19: is not JSON: it ends too early"],
  ["JSON with a comma too many", "[\n  1,\n]", 'web.json:3:1: is not JSON: "]" cannot stand here'],
  ["JSON with a bare word", "[\n yes]", 'web.json:2:2: is not JSON: "yes]" cannot stand here'],
  ["JSON with text after it", "[]\n[]", 'web.json:2:1: is not JSON: "[]" cannot stand here'],
  ["an empty JSON file", "", "web.json:1:1: is not JSON: it ends too early"],
  ["a JSON object", '{"ip": "10.0.0.5"}', "web.json: must hold a list of nodes ([] for none), found a mapping"],
  ["JSON null", "null", "web.json: must hold a list of nodes ([] for none), found nothing but comments or null"],
])("%s is refused with its place", (_, text, expected) => {
  expect(problem("web.json", text)).toBe(expected);
});

test.each<[string, string, string]>([
  ["a duplicate key", "- ip: 1\n  ip: 2\n", "web.yaml:2:3: is not usable YAML: Map keys must be unique"],
  ["a custom tag", "- ip: !env IP\n", "web.yaml:1:7: is not usable YAML: Unresolved tag: !env"],
  ["a binary value", "- !!binary aGk=\n", "web.yaml:1:3: is not usable YAML: Unresolved tag: tag:yaml.org,2002:binary"],
  ["an alias to nothing", "- a\n- *b\n", "web.yaml:2:3: is not usable YAML: the alias *b has no anchor before it"],
  ["an alias into itself", "- &a [*a]\n", "web.yaml:1:7: is not usable YAML: the alias *a leads into itself"],
  ["a key that is a list", "- ? [a]\n  : 1\n", "web.yaml:1:5: is not usable YAML: a key must not be a list or mapping"],
  ["an empty file", "", "web.yaml: must hold a list of nodes ([] for none), found an empty file"],
  [
    "comments alone",
    "# none\n",
    "web.yaml: must hold a list of nodes ([] for none), found nothing but comments or null",
  ],
  ["a mapping", "ip: 1\n", "web.yaml: must hold a list of nodes ([] for none), found a mapping"],
  ["a word", "nodes\n", "web.yaml: must hold a list of nodes ([] for none), found a string"],
])("%s in YAML is refused with its place", (_, text, expected) => {
  expect(problem("web.yaml", text)).toBe(expected);
});

test("two documents in one YAML file are refused", () => {
  expect(problem("web.yaml", "[]\n---\n[]\n")).toMatch(/^web\.yaml:2:1: is not usable YAML: .*multiple documents/);
});

test("YAML that is nested without end is refused", () => {
  expect(problem("web.yaml", "[".repeat(50_000))).toMatch(/^web\.yaml:1:\d+: is not usable YAML/);
  expect(problem("web.json", "[".repeat(50_000))).toBe("web.json:1:50001: is not JSON: it ends too early");
});

test("aliases that multiply are refused, many uses of one are not", () => {
  const level = (name: string, below: string): string => `  ${name}: &${name} [${`*${below},`.repeat(20)}]\n`;
  const bomb = `- a: &a [1,1]\n${level("b", "a")}${level("c", "b")}${level("d", "c")}${level("e", "d")}${level("f", "e")}`;
  expect(problem("web.yaml", bomb)).toMatch(/^web\.yaml: is not usable YAML: Excessive alias count/);
  const shared = `- {ip: 10.0.0.1, port: 1, metadata: &m {az: a}}\n${"- {ip: 10.0.0.1, port: 2, metadata: *m}\n".repeat(2000)}`;
  expect(parseList("web.yaml", shared).length).toBe(2001);
  expect(problem("web.yaml", `${shared}- *m\n`)).toBe(
    "web.yaml:2002:3: has more than 2000 aliases; write such a list as JSON",
  );
});

test("merge keys are followed, words and dates stay text", () => {
  const text = "- &base {ip: 10.0.0.1, port: 1}\n- {<<: *base, port: 2, metadata: {on: yes, day: 2020-01-01}}\n";
  expect(parseList("web.yaml", text)[1]).toEqual({
    ip: "10.0.0.1",
    port: 2,
    metadata: { on: "yes", day: "2020-01-01" },
  });
});

test.each([
  ["[]", true],
  [' {"a": 1}\n', true],
  ["12", false],
  ["null", false],
  ['"a"', false],
  ["[", false],
  ["", false],
])("whether %j is a JSON document of which no beginning is one: %s", (text, expected) => {
  expect(isJsonDocument(text)).toBe(expected);
});

test("the place of a mistake in JSON is where its longest usable beginning ends", () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "]", "}", '"', "x", "{", ":", "\n", "1", "\u0007", "\\"))
    .map(
      ([text, at, inserted]) =>
        text.slice(0, at % (text.length + 1)) + inserted + text.slice((at + 1) % (text.length + 1)),
    );
  fc.assert(
    fc.property(broken, (text) => {
      const offset = jsonErrorOffset(text);
      expect(offset === undefined).toBe(parses(text));
      expect(offset ?? 0).toBeLessThanOrEqual(text.length);
      // What stands before the place is itself good so far.
      if (offset !== undefined) expect(jsonErrorOffset(text.slice(0, offset)) ?? offset).toBe(offset);
    }),
    { numRuns: 2000 },
  );
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
