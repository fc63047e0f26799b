import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHbaBlock, renderHbaBlock } from "../src/text/hba-block.js";
import { findBlocks, replaceBlocks } from "../src/text/hba-file.js";

const RULES = { user: "replicator", method: "scram-sha-256", ssl: false, allow_trust: false, extra: [] } as const;
const DB1 = { host: "db1.example.com", ip: "10.0.0.1", port: 5432 };
const DB2 = { host: "db2", ip: "2001:db8::2", port: 5433 };
const block = renderHbaBlock("orders", RULES, [DB2, DB1]);

test("a block lets every member in by its address alone, and names it", () => {
  const rules = { ...RULES, ssl: true, extra: [{ database: "all", user: '+a"b' }] };
  expect(renderHbaBlock("orders", rules, [DB2, DB1])).toEqual([
    "# BEGIN lighthouse orders",
    "# Kept by Lighthouse: changes up to the END are overwritten.",
    "# member 10.0.0.1 db1.example.com:5432",
    "# member 2001:db8::2 db2:5433",
    'hostssl replication "replicator" 10.0.0.1/32 scram-sha-256',
    'hostssl "all" "+a""b" 10.0.0.1/32 scram-sha-256',
    'hostssl replication "replicator" 2001:db8::2/128 scram-sha-256',
    'hostssl "all" "+a""b" 2001:db8::2/128 scram-sha-256',
    "# END lighthouse orders",
  ]);
  expect(parseHbaBlock(block)).toEqual([DB1, DB2]);
});

describe("nothing outside a block changes by a byte", () => {
  const outside = fc
    .array(fc.oneof(fc.string(), fc.constantFrom("local all all trust", "# comment", "\r", "\xff\xfe", "# BEGIN x")))
    .map((lines) => lines.join("\n"))
    .filter((text) => !/\\\r?\n?$/.test(text) && !/# (BEGIN|END) lighthouse/.test(text));

  test("when it comes, changes and goes", () => {
    fc.assert(
      fc.property(outside, (text) => {
        const once = replaceBlocks(text, new Map([["orders", block]]));
        expect(once.startsWith(text)).toBe(true);
        expect(findBlocks(once)[0]?.lines).toEqual(block);
        expect(replaceBlocks(once, new Map([["orders", block]]))).toBe(once);
        expect(replaceBlocks(once, new Map([["orders", null]]))).toBe(once);
        const other = replaceBlocks(once, new Map([["orders", renderHbaBlock("orders", RULES, [])]]));
        expect(replaceBlocks(other, new Map([["orders", block]]))).toBe(once);
        expect(replaceBlocks(other, new Map())).toBe(text);
      }),
    );
  });

  test("where it stands between lines of the operator", () => {
    const text = `a\r\n${block.join("\r\n")}\r\nb`;
    expect(
      replaceBlocks(text, new Map([["orders", ["# BEGIN lighthouse orders", "x", "# END lighthouse orders"]]])),
    ).toBe("a\r\n# BEGIN lighthouse orders\nx\n# END lighthouse orders\nb");
    expect(replaceBlocks(text, new Map())).toBe("a\r\nb");
  });

  test("with blocks of two clusters", () => {
    const users = renderHbaBlock("users", RULES, [DB1]);
    const both = replaceBlocks(
      "a\n",
      new Map([
        ["users", users],
        ["orders", block],
      ]),
    );
    expect(both).toBe(`a\n${block.join("\n")}\n${users.join("\n")}\n`);
    expect(replaceBlocks(both, new Map([["users", null]]))).toBe(`a\n${users.join("\n")}\n`);
  });
});

test.each([
  ["a BEGIN without END", "# BEGIN lighthouse orders\nx\n", /line 1: .*orders is broken \(its BEGIN has no END\)/],
  ["an END without BEGIN", "x\n# END lighthouse orders\n", /line 2: .*its END has no BEGIN/],
  ["a BEGIN in a block", "# BEGIN lighthouse a\n# BEGIN lighthouse b\n", /line 1: .*another BEGIN follows in line 2/],
  ["a block twice", `${block.join("\n")}\n${block.join("\n")}\n`, /is there twice/],
])("%s is refused", (_case, text, message) => {
  expect(() => replaceBlocks(text, new Map([["orders", block]]))).toThrow(message);
});

test("a file whose last line goes on is refused", () => {
  expect(() => replaceBlocks("host all \\", new Map([["orders", block]]))).toThrow(/ends with a backslash/);
});
