import assert from "node:assert/strict";
import { isConfigError, type JsonSchema, schemaValidator } from "@lighthouse-sd/core";
import type { ConfiguredBench, PluginStatics } from "./configured-bench.js";
import type { PluginPromise } from "./promise.js";

/** What an engine needs of a plugin of any kind before it makes an instance. */
export const preparationPromises: readonly PluginPromise<ConfiguredBench["subject"], ConfiguredBench>[] = [
  {
    name: "has schemas that are JSON Schema and can be written down as JSON",
    async holds({ plugin }) {
      for (const schema of [plugin.configSchema, plugin.clusterSchema]) {
        if (schema === undefined) continue;
        assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema);
        assertCompiles(schema);
      }
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

/** Throws unless a plugin's class has what its contract asks for. */
export function assertMembers(
  plugin: PluginStatics,
  kind: string,
  schemas: readonly string[],
  methods: readonly string[],
): void {
  const statics = plugin as unknown as Readonly<Record<string, unknown>>;
  const { prototype } = plugin as unknown as { readonly prototype: Readonly<Record<string, unknown>> };
  assert.equal(plugin.kind, kind, "kind");
  for (const schema of schemas) assert.equal(typeof statics[schema], "object", schema);
  for (const method of ["validateConfig", "validateDependencies"]) {
    assert.equal(typeof statics[method], "function", method);
  }
  for (const method of methods) assert.equal(typeof prototype[method], "function", method);
}

function assertCompiles(schema: JsonSchema): void {
  try {
    schemaValidator(schema)({});
  } catch (error) {
    if (!isConfigError(error)) throw error;
  }
}
