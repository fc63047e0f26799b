import type { Node } from "@lighthouse-sd/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type NodeChange, nodeChanges } from "../src/runtime/node-changes.js";
import { node } from "./parts.js";

/** Nodes by name; some of the same name are the same object, some are not. */
const POOL: readonly Node[] = Array.from({ length: 12 }, (_, index) => node("10.0.0.1", 80 + (index % 6), { index }));

const lists = fc
  .uniqueArray(fc.constantFrom(...POOL), { selector: ({ name }) => name })
  .map((nodes) => nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)));

function apply(before: readonly Node[], changes: readonly NodeChange[]): readonly Node[] {
  const nodes = new Map(before.map((entry) => [entry.name, entry]));
  for (const { name, node: changed } of changes) {
    if (changed === undefined) nodes.delete(name);
    else nodes.set(name, changed);
  }
  return [...nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

test("the changes turn one list into the other, and name only nodes that differ, each once", () => {
  fc.assert(
    fc.property(lists, lists, (before, after) => {
      const changes = nodeChanges(before, after);
      expect(apply(before, changes)).toEqual(after);
      expect(new Set(changes.map(({ name }) => name)).size).toBe(changes.length);
      for (const { name, node: changed } of changes) {
        expect(before.find((entry) => entry.name === name)).not.toBe(changed);
      }
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
