import assert from "node:assert/strict";
import { deepFreeze } from "../plugin/deep-freeze.js";
import type { BalancerPromise } from "./balancer-promise.js";

/** What a sync does, and does not. */
export const syncPromises: readonly BalancerPromise[] = [
  {
    name: "brings a new target in line, and says what it changed",
    async holds(bench) {
      const changes = await bench.converge(await bench.start(), bench.samples.two());
      assert.notDeepEqual(changes, [], "it changed nothing");
    },
  },
  {
    name: "changes nothing the second time",
    async holds(bench) {
      const balancer = await bench.start();
      await bench.converge(balancer, bench.samples.two());
      await bench.assertSettled(balancer, bench.samples.two(), "the second time");
    },
  },
  {
    name: "changes nothing after a restart",
    async holds(bench) {
      const first = await bench.start();
      await bench.converge(first, bench.samples.two());
      await bench.stop(first);
      await bench.assertSettled(await bench.start(), bench.samples.two(), "after a restart");
    },
  },
  {
    name: "does not care in which order nodes and clusters come",
    async holds(bench) {
      const balancer = await bench.start();
      await bench.converge(balancer, bench.samples.two());
      const reversed = bench.samples
        .two()
        .map((cluster) => ({ ...cluster, nodes: (cluster.nodes ?? []).toReversed() }))
        .reverse();
      await bench.assertSettled(balancer, reversed, "when only the order was another one");
    },
  },
  {
    name: "does not change what it is given",
    async holds(bench) {
      const balancer = bench.construct();
      await balancer.applyConfig(deepFreeze(bench.config));
      await bench.converge(balancer, deepFreeze(bench.samples.two()));
    },
  },
  {
    name: "writes the same for the same members, whatever was there in between",
    async holds(bench) {
      const [balancer, [first, second]] = [await bench.start(), bench.samples.two()];
      await bench.converge(balancer, [first, second]);
      const before = await bench.texts();
      const changes = await bench.converge(balancer, [bench.samples.cluster(0, [1, 4, 5]), second]);
      assert.notDeepEqual(changes, [], "other members changed nothing");
      assert.notDeepEqual(await bench.texts(), before, "other members reached nothing");
      await bench.converge(balancer, [first, second]);
      assert.deepEqual(await bench.texts(), before);
    },
  },
  {
    name: "takes away a cluster that its operator removed",
    async holds(bench) {
      const [balancer, [first, second]] = [await bench.start(), bench.samples.two()];
      await bench.converge(balancer, [first]);
      const before = await bench.texts();
      await bench.converge(balancer, [first, second]);
      assert.notDeepEqual(await bench.texts(), before, "the added cluster reached nothing");
      await bench.converge(balancer, [first]);
      assert.deepEqual(await bench.texts(), before);
    },
  },
  {
    name: "takes a list without any cluster",
    async holds(bench) {
      const balancer = await bench.start();
      await bench.converge(balancer, []);
      await bench.assertSettled(balancer, [], "the second time without clusters");
      await bench.converge(balancer, bench.samples.two());
      await bench.converge(balancer, []);
      await bench.assertSettled(balancer, [], "after all clusters were removed");
    },
  },
];
