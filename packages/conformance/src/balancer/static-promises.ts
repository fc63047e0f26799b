import assert from "node:assert/strict";
import { isConfigError, schemaValidator } from "@lighthouse-sd/core";
import { deepFreeze } from "../plugin/deep-freeze.js";
import { assertMembers, preparationPromises } from "../plugin/preparation-promises.js";
import type { BalancerPromise } from "./balancer-promise.js";

/** What an engine asks of a balancer before it makes one. */
export const staticPromises: readonly BalancerPromise[] = [
  {
    name: "has every static member of the contract",
    async holds({ plugin }) {
      assertMembers(plugin, "balancer", ["configSchema", "clusterSchema"], ["applyConfig", "syncFile"]);
    },
  },
  ...preparationPromises,
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
        samples
          .given(samples.two())
          .map(({ name, metaCluster, config: block }) => ({ name, metaCluster, config: block })),
      );
      assert.deepEqual(plugin.validateClusters?.(deepFreeze(config), clusters), []);
      assert.deepEqual(plugin.validateClusters?.(deepFreeze(config), clusters), [], "the second time");
      assert.deepEqual(plugin.validateClusters?.(deepFreeze(config), []), [], "without clusters");
    },
  },
];
