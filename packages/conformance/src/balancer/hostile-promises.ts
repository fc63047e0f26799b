import assert from "node:assert/strict";
import type { JsonObject, JsonValue } from "@lighthouse-sd/core";
import type { BalancerPromise } from "./balancer-promise.js";
import { byName } from "./sample-clusters.js";

const MARK = "lighthouse-conformance-injected";
const LINE_ENDS = ["\n", "\r", "\r\n", "\n\n"] as const;

/** What a service may put into its metadata. */
export const hostilePromises: readonly BalancerPromise[] = [
  {
    name: "lets no metadata become a line of its own anywhere",
    async holds(bench) {
      const keys = ["weight", "backup", "drain", ...(bench.subject.metadataKeys ?? [])];
      const hostile = LINE_ENDS.map((end) => `x${end}${MARK} here${end}`);
      const nodes = hostile.map((text, index) => bench.samples.node(index, metadataOf(keys, text))).sort(byName);
      const balancer = await bench.start();
      await bench.converge(balancer, [bench.samples.cluster(0, [], { nodes })]);
      for (const [name, text] of Object.entries(await bench.texts())) {
        for (const line of text.split(/[\r\n]+/)) {
          assert.ok(
            !line.trimStart().startsWith(MARK),
            `a line of ${name} came from metadata: ${JSON.stringify(line)}`,
          );
        }
      }
    },
  },
  {
    name: "takes metadata of any shape",
    async holds(bench) {
      const keys = ["weight", "backup", "drain", ...(bench.subject.metadataKeys ?? [])];
      const odd: readonly JsonValue[] = [
        null,
        -1,
        1e308,
        "",
        [],
        {},
        [[1]],
        { a: { b: null } },
        true,
        "x".repeat(5000),
      ];
      const nodes = odd.map((value, index) => bench.samples.node(index, metadataOf(keys, value))).sort(byName);
      const balancer = await bench.start();
      const clusters = [bench.samples.cluster(0, [], { nodes })];
      await bench.converge(balancer, clusters);
      await bench.assertSettled(balancer, clusters, "the second time");
    },
  },
];

/** Every key with the value, and the value as a key where it can be one. */
function metadataOf(keys: readonly string[], value: JsonValue): JsonObject {
  const entries = keys.map((key) => [key, value] as const);
  return Object.fromEntries(typeof value === "string" ? [...entries, [value, value]] : entries);
}
