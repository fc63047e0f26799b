import fc from "fast-check";
import { expect, test } from "vitest";
import { type Node, type NodeChange, nodeChanges } from "../src/index.js";

/** Nodes by name; some of the same name are the same object, some are not. */
const POOL: readonly Node[] = Array.from({ length: 12 }, (_, index) => {
  const port = 80 + (index % 6);
  return { name: `a:${port}`, host: "a", ip: "10.0.0.1", port, peer: null, metadata: { index } };
});

const lists = fc
  .uniqueArray(fc.constantFrom(...POOL), { selector: ({ name }) => name })
  .map((nodes) => nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)));

function apply(before: readonly Node[], changes: readonly NodeChange[]): readonly Node[] {
  const nodes = new Map(before.map((entry) => [entry.name, entry]));
  for (const { name, before: old, after } of changes) {
    expect(nodes.get(name)).toBe(old);
    if (after === undefined) nodes.delete(name);
    else nodes.set(name, after);
  }
  return [...nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

test("the changes turn one list into the other, and name only nodes that differ, each once", () => {
  fc.assert(
    fc.property(lists, lists, (before, after) => {
      const changes = nodeChanges(before, after);
      expect(apply(before, changes)).toEqual(after);
      expect(new Set(changes.map(({ name }) => name)).size).toBe(changes.length);
      for (const { before: old, after: now } of changes) expect(old).not.toBe(now);
    }),
  );
});

test("nothing differs between a list and itself", () => {
  fc.assert(
    fc.property(lists, (nodes) => {
      expect(nodeChanges(nodes, [...nodes])).toEqual([]);
    }),
  );
});
