import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METADATA_LIMIT, parseNode, RECORD_LIMIT, servingHints } from "../src/index.js";

const good = { host: "app01.example.com", ip: "10.0.0.5", port: 8000, peer: null, metadata: {} };
const goodNode = { ...good, name: "app01.example.com:8000" };
const peer = { name: "app01", ip: "10.0.0.5", port: 1024 };

const nested = (levels: number): object => JSON.parse(`${'{"a":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`);
const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

describe("parseNode reads", () => {
  it.each([
    [
      "a record of Lighthouse 1.0.0",
      '{"host": "app01.example.com", "ip": "10.0.0.5", "metadata": "{\\"az\\": \\"a\\"}", "peer": "{\\"ip\\": \\"10.0.0.5\\", \\"name\\": \\"app01\\", \\"port\\": 1024}", "port": 8000}',
      { ...goodNode, metadata: { az: "a" }, peer },
    ],
    ["one that is parsed already", good, goodNode],
    [
      "a peer and metadata that are objects",
      { ...good, peer, metadata: { az: "a" } },
      { ...goodNode, peer, metadata: { az: "a" } },
    ],
    ["a peer that is missing", { ...good, peer: undefined }, goodNode],
    ['a peer that is the text "null"', { ...good, peer: "null" }, goodNode],
    ["metadata that is missing", { ...good, metadata: undefined }, goodNode],
    ["metadata that is null", { ...good, metadata: null }, goodNode],
    [
      "a host that is missing: its ip",
      { ...good, host: undefined },
      { ...goodNode, host: "10.0.0.5", name: "10.0.0.5:8000" },
    ],
    ["a host that is null: its ip", { ...good, host: null }, { ...goodNode, host: "10.0.0.5", name: "10.0.0.5:8000" }],
    ["a port in quotes", { ...good, port: "8000" }, goodNode],
    ["keys nobody knows", { ...good, shard: 3, "a\nb": "c\nd" }, goodNode],
    [
      "a host with an underscore",
      { ...good, host: "my_app-1" },
      { ...goodNode, host: "my_app-1", name: "my_app-1:8000" },
    ],
    ["a host with its final dot", { ...good, host: "app." }, { ...goodNode, host: "app.", name: "app.:8000" }],
    [
      "a host that is an IPv6 address, in its canonical form",
      { ...good, host: "2001:DB8:0::5" },
      { ...goodNode, host: "2001:db8::5", name: "2001:db8::5:8000" },
    ],
    [
      "an IPv6 address, in its canonical form",
      { ...good, ip: "2001:0DB8:0:0::0005" },
      { ...goodNode, ip: "2001:db8::5" },
    ],
    ["an IPv4 address mapped into IPv6, as IPv4", { ...good, ip: "::ffff:10.0.0.5" }, goodNode],
    ["the same in hexadecimal", { ...good, ip: "::FFFF:0a00:5" }, goodNode],
    ["loopback", { ...good, ip: "127.0.0.1" }, { ...goodNode, ip: "127.0.0.1" }],
    ["the lowest port", { ...good, port: 1 }, { ...goodNode, port: 1, name: "app01.example.com:1" }],
    ["the highest port", { ...good, port: 65535 }, { ...goodNode, port: 65535, name: "app01.example.com:65535" }],
    [
      "metadata with anything in it",
      { ...good, metadata: { "a\nb": "\u0000;#\"'" } },
      { ...goodNode, metadata: { "a\nb": "\u0000;#\"'" } },
    ],
    ["metadata as deep as it may be", { ...good, metadata: nested(32) }, { ...goodNode, metadata: nested(32) }],
    [
      "metadata of another format, as JSON says it",
      { ...good, metadata: { at: new Date(0), no: undefined } },
      { ...goodNode, metadata: { at: "1970-01-01T00:00:00.000Z" } },
    ],
  ])("%s", (_case, record, node) => {
    expect(parseNode(record)).toEqual({ node, dropped: [] });
  });

  it("keys that name an object's insides as what they are", () => {
    const parsed = parseNode(`{"ip":"10.0.0.5","port":1,"__proto__":{"port":2},"metadata":{"__proto__":{"weight":5}}}`);
    if (!("node" in parsed)) throw new Error(parsed.reason);
    expect(parsed.node.port).toBe(1);
    expect(Object.keys(parsed.node.metadata)).toEqual(["__proto__"]);
    expect(servingHints(parsed.node.metadata).weight).toBeUndefined();
  });

  it("a weight, backup or drain that means nothing as a node without it", () => {
    const metadata = { weight: 257, backup: "yes", drain: 1, az: "a" };
    expect(parseNode({ ...good, metadata })).toEqual({
      node: { ...goodNode, metadata: { az: "a" } },
      dropped: [
        "metadata.weight must be an integer from 0 to 256, got 257",
        'metadata.backup must be true or false, got "yes"',
        "metadata.drain must be true or false, got 1",
      ],
    });
  });

  it.each([
    ["a name that is none", { ...peer, name: "a b" }, 'peer.name must be a DNS name or an IP address, got "a b"'],
    ["an address that is none", { ...peer, ip: "app01" }, 'peer.ip must be an IPv4 or IPv6 address, got "app01"'],
    ["a port that is none", { ...peer, port: 0 }, "peer.port must be an integer from 1 to 65535, got 0"],
    ["text that is not JSON", "app01", 'peer must be JSON, got "app01"'],
    ["a list", "[1]", "peer must be an object, got a list of 1"],
  ])("a peer with %s as a node without one", (_case, value, reason) => {
    expect(parseNode({ ...good, peer: value })).toEqual({ node: goodNode, dropped: [reason] });
  });
});

describe("parseNode refuses", () => {
  const hosts = [
    ["a space", "app 01"],
    ["a line end", "app\nserver evil 10.6.6.6:80"],
    ["a line end at its end", "app01\n"],
    ["a carriage return", "app\r01"],
    ["a semicolon", "app;01"],
    ["a comment sign", "app#01"],
    ["a double quote", 'app"01'],
    ["a single quote", "app'01"],
    ["a backslash", "app\\01"],
    ["a dollar sign", "app$HOME"],
    ["a slash", "../app"],
    ["a control character", "app\u001b[2J"],
    ["a NUL", "app\u000001"],
    ["a letter beyond ASCII", "äpp"],
    ["a colon", "app:80"],
    ["a zone id", "fe80::1%eth0"],
    ["a hyphen in front", "-app"],
    ["an empty label", "app..example"],
    ["a label of 64 characters", "a".repeat(64)],
    ["254 characters", "a.".repeat(127)],
    ["70 kB", "a".repeat(70_000)],
    ["nothing in it", ""],
  ] as const;
  it.each(hosts)("a host with %s", (_case, host) => {
    expect(parseNode({ ...good, host })).toEqual({
      reason: expect.stringMatching(/^host must be a DNS name or an IP address, got "/),
    });
    expect(parseNode({ ...good, peer: { ...peer, name: host } })).toMatchObject({ node: { peer: null } });
  });

  it.each([
    ["a name", "app01.example.com", "must be an IPv4 or IPv6 address"],
    ["with a zone id", "2001:db8::1%eth0", "must be an IPv4 or IPv6 address"],
    ["in brackets", "[2001:db8::1]", "must be an IPv4 or IPv6 address"],
    ["with a port", "10.0.0.5:80", "must be an IPv4 or IPv6 address"],
    ["with a line end", "10.0.0.5\n", "must be an IPv4 or IPv6 address"],
    ["with a space", " 10.0.0.5", "must be an IPv4 or IPv6 address"],
    ["of leading zeroes, which some read as octal", "010.0.0.5", "must be an IPv4 or IPv6 address"],
    ["short", "10.5", "must be an IPv4 or IPv6 address"],
    ["a number", 167_772_165, "must be an IPv4 or IPv6 address, got 167772165"],
    ["missing", undefined, "must be an IPv4 or IPv6 address, got nothing"],
    ["null", null, "must be an IPv4 or IPv6 address, got null"],
    ["unspecified", "0.0.0.0", "0.0.0.0 is the unspecified address"],
    ["unspecified, mapped into IPv6", "::ffff:0.0.0.0", "0.0.0.0 is the unspecified address"],
    ["unspecified IPv6", "0::0", ":: is the unspecified address"],
    ["in 0.0.0.0/8", "0.1.2.3", "0.1.2.3 is in the reserved block 0.0.0.0/8"],
    ["link-local", "169.254.1.1", "169.254.1.1 is a link-local address"],
    ["link-local, mapped into IPv6", "::ffff:169.254.1.1", "169.254.1.1 is a link-local address"],
    ["link-local IPv6", "FE80::1", "fe80::1 is a link-local address"],
    ["the last link-local IPv6", "febf::1", "febf::1 is a link-local address"],
    ["multicast", "224.0.0.1", "224.0.0.1 is a multicast address"],
    ["multicast IPv6", "ff02::1", "ff02::1 is a multicast address"],
    ["broadcast", "255.255.255.255", "255.255.255.255 is the broadcast address"],
  ])("an ip that is %s", (_case, ip, reason) => {
    expect(parseNode({ ...good, ip })).toEqual({ reason: expect.stringContaining(`ip ${reason}`) });
  });

  it.each([
    0,
    -1,
    65536,
    80.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "",
    "80a",
    " 80",
    "8e1",
    "0x50",
    "-1",
    true,
    null,
    undefined,
    [80],
    80n,
  ])("the port %s", (port) => {
    expect(parseNode({ ...good, port })).toEqual({
      reason: expect.stringMatching(/^port must be an integer from 1 to 65535, got /),
    });
  });

  it.each([
    ["that is no JSON", "a", 'the record must be JSON, got "a"'],
    ["that is cut off", '{"ip":"10.0.0.5","po', "the record must be JSON, got "],
    ["that is empty", "", 'the record must be JSON, got ""'],
    ["of more than its limit", JSON.stringify({ ...good, more: "x".repeat(RECORD_LIMIT) }), "the record has 65"],
    ["that is a list", [good], "must be a JSON object, got a list of 1"],
    ["that is null", "null", "must be a JSON object, got null"],
    ["that is nothing", undefined, "must be a JSON object, got nothing"],
    ["that is a number", 5, "must be a JSON object, got 5"],
  ])("a record %s", (_case, record, reason) => {
    expect(parseNode(record)).toEqual({ reason: expect.stringContaining(reason) });
  });

  it.each([
    ["that is a list", [], "metadata must be a JSON object, got an empty list"],
    ["that is no JSON", "{", 'metadata must be JSON, got "{"'],
    ["that is a number", "5", "metadata must be a JSON object, got 5"],
    [
      "of more than its limit, as text",
      JSON.stringify({ a: "x".repeat(METADATA_LIMIT) }),
      "metadata has 32776 characters; the limit is 32768",
    ],
    [
      "of more than its limit, as an object",
      { a: "x".repeat(METADATA_LIMIT) },
      "metadata has 32776 characters; the limit is 32768",
    ],
    ["that is too deep", nested(33), "metadata is nested deeper than 32 levels"],
    ["that would exhaust the stack", nested(6000), "metadata is nested deeper than 32 levels"],
    [
      "that would exhaust the stack, as text",
      JSON.stringify({ a: 1 }).replace("1", `${"[".repeat(16_000)}${"]".repeat(16_000)}`),
      "metadata is nested deeper",
    ],
    ["that holds itself", cyclic, "metadata is nested deeper than 32 levels"],
    ["that JSON cannot say", { big: 5n }, "metadata must hold JSON values alone: "],
  ])("metadata %s", (_case, metadata, reason) => {
    expect(parseNode({ ...good, metadata })).toEqual({ reason: expect.stringContaining(reason) });
  });

  it("with a reason that is one short line, whatever was found", () => {
    const hostile = `\u001b[2J\u009b31m\u2028\u202e\n${"x".repeat(70_000)}`;
    for (const record of [hostile, ...Object.keys(good).map((key) => ({ ...good, [key]: hostile }))]) {
      const parsed = parseNode(record);
      const text = "reason" in parsed ? parsed.reason : parsed.dropped.join();
      expect(text.length).toBeLessThan(150);
      expect(text).toMatch(/^[ -~…]+$/);
    }
  });
});

describe("parseNode, whatever is in a record,", () => {
  const safe = /^[A-Za-z0-9._:-]+$/;
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("a", "1", ".", "-", "_", ":", "\n", " ", "#", ";", '"', "\u0000", "%", "é") }),
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV6().map((ip) => `${ip}%eth0`),
    fc.domain(),
    fc.integer({ min: -1, max: 65536 }),
    fc.integer({ min: 0, max: 65536 }).map(String),
    fc.jsonValue({ stringUnit: "binary" }),
    fc.json(),
  );
  const fields = fc.record(
    {
      ip: fc.oneof(fc.ipV4(), fc.ipV6(), hostile),
      host: fc.oneof(fc.domain(), hostile),
      port: fc.oneof(fc.integer({ min: 1, max: 65535 }), hostile),
      peer: fc.oneof(fc.record({ name: hostile, ip: hostile, port: hostile }, { requiredKeys: [] }), hostile),
      metadata: fc.oneof(fc.dictionary(fc.string({ unit: "binary" }), hostile), hostile),
    },
    { requiredKeys: [] },
  );
  const records = fc.oneof(
    fields,
    fields.map((record) => JSON.stringify(record)),
    hostile,
    fc.anything(),
  );

  it("never throws, and accepts only strings that no file or socket takes for something else", () => {
    let accepted = 0;
    fc.assert(
      fc.property(records, (record) => {
        const parsed = parseNode(record);
        if (!("node" in parsed)) {
          expect(parsed.reason).not.toBe("");
          return;
        }
        accepted += 1;
        const { node } = parsed;
        for (const text of [node.name, node.host, node.ip, node.peer?.name ?? "a", node.peer?.ip ?? "a"]) {
          expect(text).toMatch(safe);
        }
        for (const port of [node.port, node.peer?.port ?? 1]) {
          expect(Number.isInteger(port) && port >= 1 && port <= 65535).toBe(true);
        }
        expect(node.name).toBe(`${node.host}:${node.port}`);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe("servingHints", () => {
  it.each([
    [{}, { weight: undefined, backup: false, drain: false }],
    [
      { weight: 0, backup: true, drain: true },
      { weight: 0, backup: true, drain: true },
    ],
    [
      { weight: 256, backup: false, drain: false },
      { weight: 256, backup: false, drain: false },
    ],
  ])("of %j", (metadata, hints) => {
    expect(servingHints(metadata)).toEqual(hints);
  });
});
