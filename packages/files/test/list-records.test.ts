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
  expect(records.map(({ value }) => "node" in parseNode(value))).toEqual([false, true]);
  expect(records.every(({ source }) => /^[\x20-\x7e]{1,60}$/.test(source))).toBe(true);
});

test.each<[string, unknown]>([
  ["huge", { ip: "10.0.0.5", port: 1, metadata: { text: "x".repeat(70_000) } }],
  ["huge by what it repeats", { ip: "10.0.0.5", port: 1, metadata: repeated(5) }],
  ["nested too deeply", { ip: "10.0.0.5", port: 1, metadata: nested(100_000) }],
  ["a group with huge labels", { targets: ["10.0.0.5:1"], labels: { text: "x".repeat(70_000) } }],
])("an entry that is %s is refused alone, and never written out", (_, entry) => {
  const records = listRecords("web.json", [entry, { ip: "10.0.0.6", port: 1 }], []);
  expect(records.map(({ value }) => "node" in parseNode(value))).toEqual([false, true]);
  expect(typeof records[0]?.value).toBe("string");
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
