import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reading } from "../src/membership/read-records.js";
import { NOTHING_READ, type Readings, withRecords } from "../src/membership/readings.js";
import { goodRecord, record, shown } from "./support/sample-nodes.js";

describe("records at the border", () => {
  test("a malformed record is quarantined alone, with its reason", () => {
    const readings = withRecords(NOTHING_READ, [
      goodRecord("a", "10.0.0.1"),
      record("bad", '{"ip": "app2", "port": 80}'),
    ]);
    expect(shown(readings.nodes)).toEqual(["a:80@10.0.0.1"]);
    expect(readingOf(readings, "bad")?.reason).toContain('ip must be an IPv4 or IPv6 address, got "app2"');
  });

  test("a known record that turns bad stands at its last good value, and is shown with its reason", () => {
    const good = withRecords(NOTHING_READ, [record("x", { ip: "10.0.0.1", port: 80 })]);
    const bad = withRecords(good, [record("x", "garbage")]);
    expect(readingOf(bad, "x")?.node).toBe(readingOf(good, "x")?.node);
    expect(readingOf(bad, "x")?.reason).toContain("must be JSON");
    const back = withRecords(bad, [record("x", { ip: "10.0.0.1", port: 81 })]);
    expect(readingOf(back, "x")).toMatchObject({ reason: null, node: { port: 81 } });
  });

  test("a record of which the plugin says what is wrong is quarantined for that reason, its value unread", () => {
    const value = Object.defineProperty({}, "ip", { enumerable: true, get: () => expect.unreachable("was read") });
    const told = { source: "x", value, problem: "app1.test has no\naddress" };
    const readings = withRecords(NOTHING_READ, [told, goodRecord("a", "10.0.0.1")]);
    expect(shown(readings.nodes)).toEqual(["a:80@10.0.0.1"]);
    expect(readingOf(readings, "x")).toMatchObject({ node: null, reason: "app1.test has no; address" });
    expect(withRecords(readings, [{ ...told, value: {} }, goodRecord("a", "10.0.0.1")]).nodes).toBe(readings.nodes);
  });

  test("a known record with a problem stands at its last good value until the problem is gone; each problem is shown", () => {
    const value = { ip: "10.0.0.1", port: 80 };
    const good = withRecords(NOTHING_READ, [record("x", value)]);
    const first = withRecords(good, [{ source: "x", value, problem: "may not be read" }]);
    expect(readingOf(first, "x")).toMatchObject({ node: good.nodes[0], reason: "may not be read" });
    const second = withRecords(first, [{ source: "x", value, problem: "is too large" }]);
    expect(readingOf(second, "x")).toMatchObject({ node: good.nodes[0], reason: "is too large" });
    const back = withRecords(second, [record("x", value)]);
    expect(readingOf(back, "x")).toMatchObject({ node: good.nodes[0], reason: null });
    expect(back.nodes).toEqual(good.nodes);
  });

  test("a problem that a plugin writes into the record it gave before is seen", () => {
    const changing: { source: string; value: object; problem?: string } = record("x", { ip: "10.0.0.1", port: 80 }) as {
      source: string;
      value: object;
    };
    const good = withRecords(NOTHING_READ, [changing]);
    changing.problem = "may not be read";
    expect(readingOf(withRecords(good, [changing]), "x")?.reason).toBe("may not be read");
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["an empty text", ""],
    ["a blank text", " \n"],
    ["a number", 7],
    ["a mapping", { text: "gone" }],
    ["true", true],
  ])("a problem that is %s is none", (_name, problem) => {
    const given = { source: "x", value: { host: "a", ip: "10.0.0.1", port: 80 }, problem };
    const readings = withRecords(NOTHING_READ, [given]);
    expect(shown(readings.nodes)).toEqual(["a:80@10.0.0.1"]);
    expect(withRecords(readings, [given])).toBe(readings);
  });

  test("a bad record that is gone leaves nothing behind", () => {
    const bad = withRecords(withRecords(NOTHING_READ, [record("x", { ip: "10.0.0.1", port: 80 })]), [
      record("x", "garbage"),
    ]);
    expect(withRecords(bad, [])).toEqual(NOTHING_READ);
  });

  test("a bad weight costs the field, not the node, and is noted", () => {
    const readings = withRecords(NOTHING_READ, [
      goodRecord("a", "10.0.0.1", 80, { metadata: { weight: "much", az: "b" } }),
    ]);
    const [reading] = readings.list;
    expect(reading?.node?.metadata).toEqual({ az: "b" });
    expect(reading?.dropped).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["a number", 7],
    ["a record without a source", { value: { ip: "10.0.0.9", port: 80 } }],
    ["a source that is no text", { source: 7, value: { ip: "10.0.0.9", port: 80 } }],
    [
      "a record with a getter that throws",
      Object.defineProperty({}, "source", {
        get: () => {
          throw new Error("no");
        },
      }),
    ],
    [
      "a value with a getter that throws",
      {
        source: "x",
        value: Object.defineProperty({}, "ip", {
          get: () => {
            throw new Error("no");
          },
        }),
      },
    ],
    [
      "a problem with a getter that throws",
      Object.defineProperty({ source: "x", value: { ip: "10.0.0.9", port: 80 } }, "problem", {
        get: () => {
          throw new Error("no");
        },
      }),
    ],
    ["a value that holds itself", { source: "x", value: cyclic() }],
  ])("%s is quarantined and the others go on", (_name, nonsense) => {
    const readings = withRecords(NOTHING_READ, [nonsense, goodRecord("a", "10.0.0.1")]);
    expect(shown(readings.nodes)).toEqual(["a:80@10.0.0.1"]);
    expect(readings.list.filter(({ reason }) => reason !== null)).toHaveLength(1);
  });

  test("two records of one source are both read, however many they are", () => {
    const many = Array.from({ length: 5000 }, (_, index) => record("list", { ip: "10.0.0.1", port: index + 1 }));
    expect(withRecords(NOTHING_READ, many).nodes).toHaveLength(5000);
  });

  test("control characters of a source cannot reach a log line", () => {
    const [reading] = withRecords(NOTHING_READ, [record("a\n\u001b[31mb", "x")]).list;
    expect(reading?.source).not.toMatch(/\p{Cc}/u);
  });

  test("only records whose value has changed are read again", () => {
    let reads = 0;
    const counted = (port: number): object => ({
      get ip() {
        reads++;
        return "10.0.0.1";
      },
      port,
    });
    const records = Array.from({ length: 100 }, (_, index) => record(`r${index}`, counted(index + 1)));
    const before = withRecords(NOTHING_READ, records);
    reads = 0;
    expect(withRecords(before, [...records])).toBe(before);
    expect(reads).toBe(0);
    const after = withRecords(before, records.with(50, record("r50", counted(9999))));
    expect(reads).toBe(1);
    expect(readingOf(after, "r49")).toBe(readingOf(before, "r49"));
  });

  test.each([Number.NaN, undefined, null, -0])("the same nonsense again is no change: %s", (value) => {
    const records = [record("x", value)];
    const readings = withRecords(NOTHING_READ, records);
    expect(withRecords(readings, records)).toBe(readings);
    expect(withRecords(readings, [record("x", value)])).toBe(readings);
  });

  test("reading step by step gives the nodes that reading the last list alone gives", () => {
    const value = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          ip: fc.constantFrom("10.0.0.1", "10.0.0.2", "::1", "2001:db8::1"),
          port: fc.integer({ min: 1, max: 3 }),
          host: fc.constantFrom("a", "b", "10.0.0.1", "10.0.0.2"),
        }),
      },
      { weight: 1, arbitrary: fc.anything() },
    );
    const problem = fc.constantFrom(undefined, undefined, undefined, undefined, "", 7, "gone", "too large");
    const list = fc.uniqueArray(fc.record({ source: fc.constantFrom(..."abcdefgh"), value, problem }), {
      selector: (entry) => entry.source,
    });
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 6 }), (lists) => {
        let readings = NOTHING_READ;
        for (const records of lists) {
          readings = withRecords(readings, records);
          expect(withRecords(readings, records)).toBe(readings);
          expect(withRecords(readings, [...records].reverse()).nodes).toBe(readings.nodes);
        }
        // Records that turned bad stand at an earlier value: only lists without any can be compared.
        const alone = withRecords(NOTHING_READ, lists.at(-1) ?? []);
        const stands = readings.list.some(({ reason, node }) => reason !== null && node !== null);
        if (stands) return;
        expect(readings.nodes).toEqual(alone.nodes);
        expect(readings.isPlain).toBe(alone.isPlain);
      }),
      { numRuns: 1000 },
    );
  });

  test("a change of one record among many leaves the nodes of the others as they are, wherever it stands", () => {
    const many = Array.from({ length: 1000 }, (_, index) => goodRecord(`app${index}`, "10.0.0.1", index + 1));
    const change = fc.record({
      index: fc.nat({ max: many.length - 1 }),
      host: fc.constantFrom("app7", "other", "10.0.0.1"),
      port: fc.constantFrom(8, 1500, 1501),
      how: fc.constantFrom("replace", "insert", "remove"),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 5 }), (changes) => {
        let records = many;
        let readings = withRecords(NOTHING_READ, records);
        for (const { index, host, port, how } of changes) {
          const now = goodRecord(host, "10.0.0.1", port);
          records = records.toSpliced(index, how === "insert" ? 0 : 1, ...(how === "remove" ? [] : [now]));
          readings = withRecords(readings, records);
          expect(readings.nodes).toEqual(withRecords(NOTHING_READ, records).nodes);
        }
      }),
    );
  });
});

function readingOf({ list }: Readings, source: string): Reading | undefined {
  return list.find((reading) => reading.source === source);
}

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value["metadata"] = value;
  return { ip: "10.0.0.1", port: 80, metadata: value };
}
