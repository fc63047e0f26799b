import assert from "node:assert/strict";
import { isConfigError, schemaValidator } from "@lighthouse-sd/core";
import { deepFreeze } from "../plugin/deep-freeze.js";
import { leftRunning } from "../plugin/left-running.js";
import { assertMembers, preparationPromises } from "../plugin/preparation-promises.js";
import type { DiscoveryPromise } from "./discovery-promise.js";

/** What an engine asks of a discovery before it uses one. */
export const discoveryStaticPromises: readonly DiscoveryPromise[] = [
  {
    name: "has every member of the contract",
    async holds({ plugin }) {
      assertMembers(plugin, "discovery", ["configSchema"], ["applyConfig", "watch"]);
    },
  },
  ...preparationPromises,
  {
    name: "accepts the blocks it is tried with, and refuses an unknown key in one",
    concerns: ({ block }) => block !== undefined,
    async holds({ plugin, subject }) {
      assert.ok(plugin.clusterSchema, "it has no clusterSchema, so that no cluster may have a block for it");
      const validate = schemaValidator<object>(plugin.clusterSchema);
      const block = validate(subject.block?.("conformance"));
      assert.deepEqual(validate(block), block, "a validated block is not accepted as it is");
      assert.throws(() => validate({ ...block, lighthouse_conformance: 1 }), isConfigError);
    },
  },
  {
    name: "opens nothing when it is made and given its configuration",
    async holds(bench) {
      const opened = await leftRunning(bench.settleMs, async () => {
        await bench.construct().applyConfig(deepFreeze(bench.config));
      });
      assert.deepEqual(opened, [], "something was opened");
    },
  },
];
