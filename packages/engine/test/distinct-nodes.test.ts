import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareAddresses } from "../src/membership/address-order.js";
import { NOTHING_READ, withRecords } from "../src/membership/readings.js";
import { goodRecord, record, shown } from "./support/sample-nodes.js";

function nodesOf(...records: readonly unknown[]): readonly string[] | null {
  return shown(withRecords(NOTHING_READ, records).nodes);
}

describe("distinct nodes", () => {
  test("of two records with the same ip and port one counts: the one whose source sorts first", () => {
    const [a, b] = [
      record("a", { host: "one", ip: "10.0.0.1", port: 80 }),
      record("b", { host: "two", ip: "10.0.0.1", port: 80 }),
    ];
    expect(nodesOf(a, b)).toEqual(["one:80@10.0.0.1"]);
    expect(nodesOf(b, a)).toEqual(["one:80@10.0.0.1"]);
  });

  test("a good record counts before one that stands at its last good value", () => {
    const before = withRecords(NOTHING_READ, [record("a", { host: "old", ip: "10.0.0.1", port: 80 })]);
    const after = withRecords(before, [record("a", "bad"), record("b", { host: "new", ip: "10.0.0.1", port: 80 })]);
    expect(shown(after.nodes)).toEqual(["new:80@10.0.0.1"]);
  });

  test("of two nodes with one name the one with the higher address is named by its address", () => {
    expect(nodesOf(goodRecord("a", "10.0.0.10"), goodRecord("a", "10.0.0.9"))).toEqual([
      "10.0.0.10:80@10.0.0.10",
      "a:80@10.0.0.9",
    ]);
  });

  test("of three, only the one with the lowest address keeps the name", () => {
    expect(nodesOf(goodRecord("a", "2001:db8::1"), goodRecord("a", "10.0.0.9"), goodRecord("a", "10.0.0.8"))).toEqual([
      "10.0.0.9:80@10.0.0.9",
      "2001:db8::1:80@2001:db8::1",
      "a:80@10.0.0.8",
    ]);
  });

  test("one name with a new address alone is a change of address", () => {
    const before = withRecords(NOTHING_READ, [record("a", { host: "a", ip: "10.0.0.1", port: 80 })]);
    const after = withRecords(before, [record("a", { host: "a", ip: "10.0.0.2", port: 80 })]);
    expect(shown(after.nodes)).toEqual(["a:80@10.0.0.2"]);
  });

  test("a node that is given its address for a name wins that name from one that only calls itself so", () => {
    // `10.0.0.2` is what the third one calls itself, and where the second one is.
    expect(
      nodesOf(goodRecord("a", "10.0.0.1"), goodRecord("a", "10.0.0.2"), goodRecord("10.0.0.2", "10.0.0.0")),
    ).toEqual(["10.0.0.0:80@10.0.0.0", "10.0.0.2:80@10.0.0.2", "a:80@10.0.0.1"]);
  });

  test("an unchanged list is the same array, and an unchanged node the same object", () => {
    const records = [goodRecord("a", "10.0.0.1"), goodRecord("b", "10.0.0.2"), goodRecord("b", "10.0.0.3")];
    const before = withRecords(NOTHING_READ, records);
    expect(withRecords(before, structuredClone(records)).nodes).toBe(before.nodes);
    const after = withRecords(before, [...records, goodRecord("c", "10.0.0.4")]);
    expect(after.nodes).toHaveLength(4);
    for (const node of before.nodes) expect(after.nodes).toContain(node);
  });

  test("names and addresses are unique, and the order records arrive in does not matter", () => {
    const entry = fc.record({
      host: fc.constantFrom("a", "b", "10.0.0.1", "10.0.0.2", "10.0.0.10", "2001:db8::1"),
      ip: fc.constantFrom("10.0.0.1", "10.0.0.2", "10.0.0.10", "2001:db8::1", "2001:db8::a"),
      port: fc.integer({ min: 80, max: 81 }),
    });
    const lists = fc
      .array(entry, { maxLength: 12 })
      .map((values) => values.map((value, index) => record(`r${index}`, value)))
      .chain((records) => fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })));
    fc.assert(
      fc.property(lists, ([records, shuffled]) => {
        const { nodes } = withRecords(NOTHING_READ, records);
        expect(withRecords(NOTHING_READ, shuffled).nodes).toEqual(nodes);
        expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
        expect(new Set(nodes.map(({ ip, port }) => `${ip} ${port}`)).size).toBe(nodes.length);
        const addresses = new Set(
          records.map(({ value }) => value as { ip: string; port: number }).map(({ ip, port }) => `${ip} ${port}`),
        );
        expect(nodes).toHaveLength(addresses.size);
      }),
    );
  });
});

test.each([
  ["10.0.0.9", "10.0.0.10"],
  ["9.255.255.255", "10.0.0.0"],
  ["255.0.0.1", "::1"],
  ["::1", "2001:db8::"],
  ["2001:db8::1", "2001:db8::a"],
  ["2001:db8::", "2001:db8:1::"],
])("the address %s is below %s", (low, high) => {
  expect(compareAddresses({ ip: low, port: 9 }, { ip: high, port: 1 })).toBeLessThan(0);
  expect(compareAddresses({ ip: high, port: 1 }, { ip: low, port: 9 })).toBeGreaterThan(0);
});
