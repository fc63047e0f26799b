import type { JsonObject, Node } from "@lighthouse-sd/core";
import { parseNode } from "@lighthouse-sd/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMembers, readPeers } from "../src/render/read-members.js";
import type { ClusterPart } from "../src/render/render-cluster.js";
import { serverIds } from "../src/render/server-id.js";
import { wordsOf } from "../src/render/words.js";
import { config, part, render, SELF } from "./parts.js";

const ip = fc.oneof(fc.ipV4(), fc.ipV6());
const port = fc.integer({ min: 1, max: 65535 });
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "\n    server evil 6.6.6.6:6",
    "a\r\nbackend evil",
    "x;disable server web/a",
    "# gone",
    'quote"d',
    "it's",
    "a b",
    "\\",
    "$HOME",
    "%[env(HOME)]",
    "id 1 weight 0",
    "\u0000",
    "\u2028",
    "x".repeat(5000),
  ),
);
const anyJson = fc.oneof(fc.jsonValue(), hostile).map((value) => value as JsonObject[string]);
const metadata: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.dictionary(fc.oneof(fc.constantFrom("weight", "backup", "drain", "cookie", "__proto__"), hostile), anyJson),
  fc.record(
    { weight: fc.oneof(fc.integer({ min: -1, max: 300 }), anyJson), backup: anyJson, drain: fc.boolean() },
    { requiredKeys: [] },
  ),
);

/** Nodes as they come out of the one place where records are read. */
const node: fc.Arbitrary<Node> = fc
  .record({
    host: fc.oneof(fc.domain(), ip),
    ip,
    port,
    metadata,
    peer: fc.option(fc.record({ name: fc.domain(), ip, port })),
  })
  .map(parseNode)
  .filter((parsed) => "node" in parsed)
  .map((parsed) => parsed.node);
const nodes = fc.uniqueArray(node, {
  maxLength: 8,
  comparator: (a, b) => a.name === b.name || (a.ip === b.ip && a.port === b.port),
});
const cluster: fc.Arbitrary<ClusterPart> = fc
  .record({
    name: fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/),
    nodes,
    port: fc.option(port),
    options: fc.constantFrom("", "check", "check weight 5", "backup", "weight 9 # c"),
    backend: fc.constantFrom([], ["cookie S"], ["default-server weight 3 backup"]),
    peers: fc.boolean(),
  })
  .map((value) =>
    part(
      value.name,
      {
        server_options: value.options,
        backend: value.backend,
        peers: value.peers,
        ...(value.port === null ? {} : { port: value.port }),
      },
      value.nodes,
    ),
  );
const clusters = fc.uniqueArray(cluster, { maxLength: 5, selector: ({ name }) => name });

describe("the same parts", () => {
  test("give the same bytes, in whatever order they come", () => {
    const shuffled = clusters.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray(given, { minLength: given.length }),
        fc.shuffledSubarray(["a", "b", "c"], { minLength: 3 }),
        fc.infiniteStream(fc.nat()),
      ),
    );
    const settings = (names: readonly string[]) => {
      const proxies = names.map((name) => [name, { port: name.charCodeAt(0), upstreams: [] }]);
      const metas = names.map((name) => [`m${name}`, { port: 1000 + name.charCodeAt(0) }]);
      return config({ proxies: Object.fromEntries(proxies), meta_clusters: Object.fromEntries(metas) });
    };
    fc.assert(
      fc.property(shuffled, ([given, others, names, keys]) => {
        const mixed = others.map((other) => ({ ...other, nodes: reorder(other.nodes, keys) }));
        const before = render(settings(["a", "b", "c"]), given);
        const after = render(settings(names), mixed);
        expect(after.text).toBe(before.text);
        expect([after.structure, after.peers]).toEqual([before.structure, before.peers]);
      }),
    );
  });

  function reorder<T>(items: readonly T[], keys: fc.Stream<number>): readonly T[] {
    const ranked = items.map((item) => ({ item, key: keys.next().value as number }));
    return ranked.sort((a, b) => a.key - b.key).map(({ item }) => item);
  }
});

describe("a registry's data", () => {
  const SERVER = /^ {4}server [A-Za-z0-9._:-]+ (\d[\d.]+|\[[0-9a-f:.]+\]):\d+ id \d+( weight \d{1,3})?( backup)?$/;

  test("changes nothing but the weight and the backup flag of its own server, whatever its metadata is", () => {
    fc.assert(
      fc.property(nodes, fc.nat(), metadata, (members, at, other) => {
        fc.pre(members.length > 0);
        const index = at % members.length;
        const read = members.map((member, place) => {
          const parsed = parseNode({ ...member, metadata: place === index ? other : {} });
          return "node" in parsed ? parsed.node : { ...member, metadata: {} };
        });
        const plain = render(config(), [
          part(
            "web",
            { port: 80 },
            members.map((m) => ({ ...m, metadata: {} })),
          ),
        ]);
        const changed = render(config(), [part("web", { port: 80 }, read)]);
        const before = plain.text.split("\n");
        const after = changed.text.split("\n");
        expect(after).toHaveLength(before.length);
        for (const [line, text] of after.entries()) {
          if (text === before[line]) continue;
          expect(text).toMatch(SERVER);
          expect(text.startsWith(`${before[line]} `)).toBe(true);
          expect(text).toContain(`server ${read[index]?.name} `);
        }
      }),
    );
  });

  test("makes no line but one server, and one peer, whatever a record holds", () => {
    const record = fc.record(
      {
        host: fc.oneof(hostile, fc.domain()),
        ip: fc.oneof(hostile, ip),
        port: fc.oneof(hostile, port, fc.constantFrom("80", -1, 0, 65536, 1.5, null)),
        metadata: fc.oneof(hostile, metadata),
        peer: fc.oneof(hostile, fc.record({ name: fc.oneof(hostile, fc.domain()), ip: fc.oneof(hostile, ip), port })),
      },
      { requiredKeys: ["ip", "port"] },
    );
    const empty = render(config(), [part("web", { port: 80, peers: true })]).text.split("\n");
    const isMark = (line: string): boolean => line.includes("setenv LIGHTHOUSE_");
    fc.assert(
      fc.property(record, (value) => {
        const parsed = parseNode(value);
        fc.pre("node" in parsed);
        const { text } = render(config(), [part("web", { port: 80, peers: true }, [parsed.node])]);
        const added = text.split("\n").filter((line) => !isMark(line) && !empty.includes(line));
        const unexpected = added.filter(
          (line) => !SERVER.test(line) && !/^ {4}peer [A-Za-z0-9._:-]+ [0-9a-f.:[\]]+:\d+$/.test(line),
        );
        expect(unexpected).toEqual([]);
        expect(added.length).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe("members read back from a file", () => {
  test("give that file again", () => {
    fc.assert(
      fc.property(clusters, (given) => {
        const { text } = render(config(), given);
        const members = readMembers(text);
        const again = given.map((item) => ({ ...item, nodes: members.get(item.name) ?? [] }));
        expect(render(config(), again, { knownPeers: readPeers(text) }).text).toBe(text);
      }),
    );
  });

  test("are the same addresses under the same names", () => {
    fc.assert(
      fc.property(nodes, (given) => {
        const read = readMembers(render(config(), [part("web", {}, given)]).text).get("web") ?? [];
        const identity = (list: readonly Node[]): readonly string[] =>
          list.map((item) => JSON.stringify([item.name, item.ip, item.port])).sort();
        expect(identity(read)).toEqual(identity(given));
      }),
    );
  });

  test("this host is among the peers only as itself", () => {
    const { text } = render(config(), [part("web", { peers: true })]);
    expect(readPeers(text)).toEqual([SELF]);
  });
});

describe("server ids", () => {
  test("are HAProxy's, one for each address, and the same whoever else is there", () => {
    fc.assert(
      fc.property(nodes, (given) => {
        const ids = serverIds(given, new Set());
        const values = [...ids.values()];
        expect(new Set(values).size).toBe(given.length);
        expect(values.every((id) => Number.isInteger(id) && id >= 1 && id <= 0x7fffffff)).toBe(true);
        for (const item of given) expect(serverIds([item], new Set()).get(item)).toBe(ids.get(item));
      }),
    );
  });

  test("step aside for those that the operator gave out, in the order of addresses", () => {
    fc.assert(
      fc.property(nodes, (given) => {
        const taken = new Set(serverIds(given, new Set()).values());
        const ids = serverIds(given, taken);
        expect([...ids.values()].filter((id) => taken.has(id))).toEqual([]);
        const others = serverIds([...given].reverse(), taken);
        for (const item of given) expect(others.get(item)).toBe(ids.get(item));
      }),
    );
  });
});

describe("the words of a line", () => {
  test("are those that were written, quoted or not", () => {
    const word = fc.string({ unit: fc.constantFrom(..."ab\\\"'# .$"), minLength: 1, maxLength: 6 });
    const escaped = (text: string): string => text.replace(/[\\"'# ]/g, (character) => `\\${character}`);
    const inSingle = (text: string): string => `'${text}'`;
    const inDouble = (text: string): string => `"${text.replace(/[\\"$]/g, (character) => `\\${character}`)}"`;
    const written = fc.oneof(
      word.map((text) => ({ text, line: escaped(text) })),
      word.filter((text) => !text.includes("'")).map((text) => ({ text, line: inSingle(text) })),
      word.map((text) => ({ text, line: inDouble(text) })),
    );
    fc.assert(
      fc.property(fc.array(written), fc.constantFrom("", " # comment", "   "), (words, end) => {
        expect(wordsOf(words.map(({ line }) => line).join("  ") + end)).toEqual(words.map(({ text }) => text));
      }),
    );
  });
});
