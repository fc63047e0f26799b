import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonObject, type JsonValue, type Node, parseNode, serializeNode } from "../src/index.js";

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
const cases: readonly (Omit<Node, "name"> & { readonly case: string })[] = JSON.parse(
  read("serialized-nodes.cases.json"),
);
const golden: readonly string[] = read("serialized-nodes.golden.txt").split("\n").slice(0, -1);

const node = (metadata: JsonObject): Omit<Node, "name"> => ({
  host: "a",
  ip: "10.0.0.5",
  port: 1,
  peer: null,
  metadata,
});
const metadataText = (metadata: JsonObject): string => JSON.parse(serializeNode(node(metadata))).metadata;
const anyMetadata = (): fc.Arbitrary<JsonObject> =>
  fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }) as fc.Arbitrary<JsonValue>);

describe("serializeNode", () => {
  it("has a golden line for every case", () => {
    expect(golden).toHaveLength(cases.length);
  });

  it.each(cases.map((each, index) => [each.case, each, golden[index]] as const))(
    "prints what Python prints: %s",
    (_case, each, line) => {
      expect(serializeNode(each)).toBe(line);
    },
  );

  it("prints the same bytes whatever the order of the keys", () => {
    fc.assert(
      fc.property(anyMetadata(), (metadata) => {
        const reversed = Object.fromEntries(Object.entries(metadata).reverse());
        expect(serializeNode(node(reversed))).toBe(serializeNode(node(metadata)));
      }),
    );
  });

  it("prints printable ASCII alone, with Python's separators, and JSON that says the same", () => {
    fc.assert(
      fc.property(anyMetadata(), (metadata) => {
        const text = metadataText(metadata);
        expect(serializeNode(node(metadata))).toMatch(/^[ -~]*$/);
        // JSON has no minus zero that Python would print for an integer.
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(metadata)));
        const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
        expect(bare.replaceAll(", ", "").replaceAll(": ", "")).not.toMatch(/[ ,:]/);
      }),
    );
  });

  it("sorts the keys by code point, which is the order of their UTF-8 bytes", () => {
    // A letter in front: JSON.parse moves keys that are integers to the front.
    const keys = fc.uniqueArray(fc.string({ unit: "binary" }).map((key) => `k${key}`));
    fc.assert(
      fc.property(keys, (given) => {
        const text = metadataText({ outer: Object.fromEntries(given.map((key) => [key, 0])) });
        const sorted = given.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(Object.keys(JSON.parse(text).outer)).toEqual(sorted);
      }),
    );
  });

  it("prints what parseNode reads back as the same node", () => {
    fc.assert(
      fc.property(
        anyMetadata().filter((metadata) => !["weight", "backup", "drain"].some((field) => field in metadata)),
        fc.integer({ min: 1, max: 65535 }),
        (metadata, port) => {
          const given = { ...node(metadata), port, peer: { name: "p", ip: "10.0.0.9", port } };
          expect(parseNode(serializeNode(given))).toEqual({
            node: { ...given, name: `a:${port}`, metadata: JSON.parse(JSON.stringify(metadata)) },
            dropped: [],
          });
        },
      ),
    );
  });
});
