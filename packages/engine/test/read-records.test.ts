import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distinctNodes } from "../src/membership/distinct-nodes.js";
import { type Readings, readRecords } from "../src/membership/read-records.js";
import { goodRecord, record, shown } from "./support/sample-nodes.js";

const NONE: Readings = new Map();

describe("records at the border", () => {
  test("a malformed record is quarantined alone, with its reason", () => {
    const readings = readRecords(NONE, [goodRecord("a", "10.0.0.1"), record("bad", '{"ip": "app2", "port": 80}')]);
    expect(shown(distinctNodes(readings, null))).toEqual(["a:80@10.0.0.1"]);
    expect(readings.get("bad")?.reason).toContain('ip must be an IPv4 or IPv6 address, got "app2"');
  });

  test("a known record that turns bad stands at its last good value, and is shown with its reason", () => {
    const good = readRecords(NONE, [record("x", { ip: "10.0.0.1", port: 80 })]);
    const bad = readRecords(good, [record("x", "garbage")]);
    expect(bad.get("x")?.node).toBe(good.get("x")?.node);
    expect(bad.get("x")?.reason).toContain("must be JSON");
    const back = readRecords(bad, [record("x", { ip: "10.0.0.1", port: 81 })]);
    expect(back.get("x")).toMatchObject({ reason: null, node: { port: 81 } });
  });

  test("a bad record that is gone leaves nothing behind", () => {
    const bad = readRecords(readRecords(NONE, [record("x", { ip: "10.0.0.1", port: 80 })]), [record("x", "garbage")]);
    expect(readRecords(bad, []).size).toBe(0);
  });

  test("a bad weight costs the field, not the node, and is noted", () => {
    const readings = readRecords(NONE, [goodRecord("a", "10.0.0.1", 80, { metadata: { weight: "much", az: "b" } })]);
    const [reading] = readings.values();
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
    ["a value that holds itself", { source: "x", value: cyclic() }],
  ])("%s is quarantined and the others go on", (_name, nonsense) => {
    const readings = readRecords(NONE, [nonsense, goodRecord("a", "10.0.0.1")]);
    expect(shown(distinctNodes(readings, null))).toEqual(["a:80@10.0.0.1"]);
    expect([...readings.values()].filter(({ reason }) => reason !== null)).toHaveLength(1);
  });

  test("two records of one source are both read, however many they are", () => {
    const many = Array.from({ length: 5000 }, (_, index) => record("list", { ip: "10.0.0.1", port: index + 1 }));
    expect(readRecords(NONE, many).size).toBe(5000);
  });

  test("control characters of a source cannot reach a log line", () => {
    const [reading] = readRecords(NONE, [record("a\n\u001b[31mb", "x")]).values();
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
    const before = readRecords(NONE, records);
    reads = 0;
    expect(readRecords(before, [...records])).toBe(before);
    expect(reads).toBe(0);
    const after = readRecords(before, records.with(50, record("r50", counted(9999))));
    expect(reads).toBe(1);
    expect(after.get("r49")).toBe(before.get("r49"));
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
    const list = fc.uniqueArray(fc.record({ source: fc.constantFrom(..."abcdefgh"), value }), {
      selector: (entry) => entry.source,
    });
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 6 }), (lists) => {
        let readings = NONE;
        let nodes = distinctNodes(readings, null);
        for (const records of lists) {
          readings = readRecords(readings, records);
          const next = distinctNodes(readings, nodes);
          const again = distinctNodes(readRecords(readings, records), next);
          expect(again).toBe(next);
          nodes = next;
        }
        // Records that turned bad stand at an earlier value: only lists without any can be compared.
        const alone = readRecords(NONE, lists.at(-1) ?? []);
        const stands = [...readings.values()].some(({ reason, node }) => reason !== null && node !== null);
        if (!stands) expect(nodes).toEqual(distinctNodes(alone, null));
      }),
    );
  });
});

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value["metadata"] = value;
  return { ip: "10.0.0.1", port: 80, metadata: value };
}
