import { parseNode } from "@lighthouse-sd/core";
import { expect, test } from "vitest";
import { listRecords } from "../src/list-records.js";

test("nodes are given raw, named by themselves or else by their place", () => {
  const entries = [{ host: "app1", ip: "10.0.0.5", port: 8000 }, { ip: "2001:db8::1", port: "80" }, "app1", null];
  expect(listRecords("web.yaml", entries, [])).toEqual([
    { source: "web.yaml[app1:8000]", value: entries[0] },
    { source: "web.yaml[2001:db8::1:80]", value: entries[1] },
    { source: "web.yaml[2]", value: "app1" },
    { source: "web.yaml[3]", value: null },
  ]);
});

test("two nodes of one name keep their own sources", () => {
  const entries = [1, 2].map((last) => ({ host: "app1", ip: `10.0.0.${last}`, port: 1 }));
  expect(listRecords("web.yaml", entries, []).map(({ source }) => source)).toEqual([
    "web.yaml[app1:1]",
    "web.yaml[app1:1]#2",
  ]);
});

test("a name that could break a line is not shown", () => {
  expect(listRecords("web.yaml", [{ host: "a\nb", port: 1 }], [])[0]?.source).toBe("web.yaml[0]");
});

test("Prometheus groups give one record for each target, labels become metadata", () => {
  const entries = [{ targets: ["10.0.0.5:8000", "[2001:db8::1]:9000"], labels: { env: "prod" } }, { targets: [] }];
  const records = listRecords("web.json", entries, []);
  expect(records).toEqual([
    { source: "web.json[10.0.0.5:8000]", value: { ip: "10.0.0.5", port: "8000", metadata: { env: "prod" } } },
    { source: "web.json[2001:db8::1:9000]", value: { ip: "2001:db8::1", port: "9000", metadata: { env: "prod" } } },
  ]);
  expect(records.map(({ value }) => parseNode(value))).toMatchObject([
    { node: { name: "10.0.0.5:8000", ip: "10.0.0.5", port: 8000, metadata: { env: "prod" } } },
    { node: { ip: "2001:db8::1", port: 9000 } },
  ]);
});

test.each<[string, unknown]>([
  ["a name instead of an address", "app1.example.com:8000"],
  ["no port", "10.0.0.5"],
  ["an address without brackets", "2001:db8::1"],
  ["a port out of range", "10.0.0.5:99999"],
  ["a newline", "10.0.0.5\nserver x:80"],
  ["no text", 8000],
  ["a huge text", `${"1".repeat(100_000)}:80`],
])("a target with %s is given on, to be refused alone", (_, target) => {
  const records = listRecords("web.json", [{ targets: [target, "10.0.0.6:1"] }], []);
  expect(records[1]).not.toHaveProperty("problem");
  expect(records.map(({ value }) => "node" in parseNode(value))).toEqual([false, true]);
  expect(records.every(({ source }) => /^[\x20-\x7e]{1,60}$/.test(source))).toBe(true);
});

const tooLarge = "has more characters than the limit of 65536";
const tooDeep = "is nested deeper than the limit of 64 levels";

test.each<[string, unknown, string, string]>([
  ["huge", { ip: "10.0.0.5", port: 1, metadata: { text: "x".repeat(70_000) } }, "10.0.0.5:1", `the entry ${tooLarge}`],
  ["huge by what it repeats", { ip: "10.0.0.5", port: 1, m: repeated(5) }, "10.0.0.5:1", `the entry ${tooLarge}`],
  ["huge by its host alone", { host: repeated(5), ip: "10.0.0.5", port: 1 }, "0", `the entry ${tooLarge}`],
  ["nested too deeply", { ip: "10.0.0.5", port: 1, m: nested(100_000) }, "10.0.0.5:1", `the entry ${tooDeep}`],
  ["nested too deeply in its port", { ip: "10.0.0.5", port: nested(100_000) }, "0", `the entry ${tooDeep}`],
  [
    "a group with huge labels",
    { targets: ["1:1"], labels: "x".repeat(70_000) },
    "0",
    `the group's "labels" ${tooLarge}`,
  ],
  ["a group with a huge target", { targets: [repeated(5)] }, "0].targets[0", `the target ${tooLarge}`],
])(
  "an entry that is %s is refused alone, with what is wrong with it, never written out",
  (_, entry, place, problem) => {
    const good = { ip: "10.0.0.6", port: 1 };
    const records = listRecords("web.json", [entry, good], []);
    expect(records).toEqual([
      { source: `web.json[${place}]`, value: null, problem },
      { source: "web.json[10.0.0.6:1]", value: good },
    ]);
    const again = listRecords("web.json", [entry, good], records);
    expect([again[0] === records[0], again[1] === records[1]]).toEqual([true, true]);
  },
);

test("an entry that grows too large stays at its place under the name it had", () => {
  const good = { host: "app1", ip: "10.0.0.5", port: 1 };
  const before = listRecords("web.json", [good], []);
  const after = listRecords("web.json", [{ ...good, metadata: { text: "x".repeat(70_000) } }], before);
  expect(after.map(({ source }) => source)).toEqual(before.map(({ source }) => source));
  expect(after[0]?.problem).toContain(tooLarge);
  expect(listRecords("web.json", [good], after)).toEqual(before);
});

function repeated(levels: number): unknown {
  const below = levels === 0 ? "x".repeat(100) : repeated(levels - 1);
  return Array.from({ length: 20 }, () => below);
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

test("records that are equal to earlier ones are those objects, wherever they stand now", () => {
  const [a, b, c] = [1, 2, 3].map((port) => ({ ip: "10.0.0.5", port }));
  const before = listRecords("web.yaml", [a, b], []);
  const after = listRecords("web.yaml", structuredClone([c, b, { ...a, metadata: {} }]), before);
  expect(after[1]).toBe(before[1]);
  expect(before).not.toContain(after[0]);
  expect(before).not.toContain(after[2]);
});
