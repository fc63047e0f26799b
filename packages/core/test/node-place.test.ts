import fc from "fast-check";
import { expect, test } from "vitest";
import { type Node, nodeNamed, nodePlace } from "../src/index.js";

const names = fc.uniqueArray(fc.string({ maxLength: 3 })).map((list) => list.sort());

function nodeOf(name: string): Node {
  return { name, host: "a", ip: "10.0.0.1", port: 80, peer: null, metadata: {} };
}

test("a node is found by its name, and another one has its place", () => {
  fc.assert(
    fc.property(
      names.map((list) => list.map(nodeOf)),
      fc.string({ maxLength: 3 }),
      (nodes, name) => {
        for (const node of nodes) expect(nodeNamed(nodes, node.name)).toBe(node);
        const place = nodePlace(nodes, name);
        if (nodes.some((node) => node.name === name)) {
          expect(nodes[place]?.name).toBe(name);
          return;
        }
        expect(nodeNamed(nodes, name)).toBeUndefined();
        const grown = nodes.toSpliced(-1 - place, 0, nodeOf(name)).map((node) => node.name);
        expect(grown).toEqual(grown.toSorted((a, b) => (a < b ? -1 : 1)));
      },
    ),
  );
});
