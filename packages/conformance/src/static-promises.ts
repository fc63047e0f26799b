import assert from "node:assert/strict";
import { isConfigError, type JsonSchema, schemaValidator } from "@lighthouse-sd/core";
import type { BalancerPromise } from "./balancer-promise.js";
import { deepFreeze } from "./deep-freeze.js";

/** What an engine asks of a balancer before it makes one. */
export const staticPromises: readonly BalancerPromise[] = [
  {
    name: "has every static member of the contract",
    async holds({ plugin }) {
      assert.equal(plugin.kind, "balancer", "kind");
      for (const schema of ["configSchema", "clusterSchema"] as const)
        assert.equal(typeof plugin[schema], "object", schema);
      for (const method of ["validateConfig", "validateDependencies"] as const) {
        assert.equal(typeof plugin[method], "function", method);
      }
      for (const method of ["applyConfig", "syncFile"]) {
        assert.equal(typeof (plugin.prototype as Record<string, unknown>)[method], "function", method);
      }
    },
  },
  {
    name: "has schemas that are JSON Schema and can be written down as JSON",
    async holds({ plugin }) {
      for (const schema of [plugin.configSchema, plugin.clusterSchema]) {
        assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema);
        assertCompiles(schema);
      }
    },
  },
  {
    name: "accepts the blocks it is tried with, and refuses an unknown key in one",
    async holds({ plugin, subject }) {
      const validate = schemaValidator<object>(plugin.clusterSchema);
      const block = validate(subject.block(0));
      assert.deepEqual(validate(block), block, "a validated block is not accepted as it is");
      assert.throws(() => validate({ ...block, lighthouse_conformance: 1 }), isConfigError);
    },
  },
  {
    name: "judges clusters without changing them, and finds nothing wrong with good ones",
    concerns: ({ plugin }) => plugin.validateClusters !== undefined,
    async holds({ plugin, samples, config }) {
      const clusters = deepFreeze(
        samples.two().map(({ name, metaCluster, config: block }) => ({ name, metaCluster, config: block })),
      );
      assert.deepEqual(plugin.validateClusters?.(deepFreeze(config), clusters), []);
      assert.deepEqual(plugin.validateClusters?.(deepFreeze(config), clusters), [], "the second time");
      assert.deepEqual(plugin.validateClusters?.(deepFreeze(config), []), [], "without clusters");
    },
  },
  {
    name: "finds what it depends on, or says what is missing",
    async holds({ plugin, config }) {
      const { signal } = new AbortController();
      assert.equal(await plugin.validateDependencies({ signal, config }), true);
      const found: unknown = await plugin.validateDependencies({ signal }).catch((error: Error) => {
        assert.ok(error.message, "a rejection must say what is missing");
        return false;
      });
      assert.equal(typeof found, "boolean");
    },
  },
];

function assertCompiles(schema: JsonSchema): void {
  try {
    schemaValidator(schema)({});
  } catch (error) {
    if (!isConfigError(error)) throw error;
  }
}
