import assert from "node:assert/strict";
import type { BalancerPromise } from "./balancer-promise.js";

/** What a balancer makes of members that it knows, does not know, or that are none. */
export const membershipPromises: readonly BalancerPromise[] = [
  {
    name: "leaves what the target has where the members are not known",
    async holds(bench) {
      const [first, second] = bench.samples.two();
      const before = await bench.start();
      await bench.converge(before, [first, second]);
      const unknown = [first, bench.samples.cluster(1, null)];
      await bench.assertSettled(before, unknown, "when the members were not known any more");
      await bench.stop(before);
      const after = await bench.start();
      await bench.assertSettled(after, unknown, "when the members were not known after a restart");
      const allUnknown = unknown.map((cluster) => ({ ...cluster, nodes: null, live: false }));
      await bench.assertSettled(after, allUnknown, "when no cluster's members were known");
    },
  },
  {
    name: "goes on with the other clusters while the members of one are not known",
    concerns: ({ single }) => single !== true,
    async holds(bench) {
      const [first, second] = bench.samples.two();
      const balancer = await bench.start();
      await bench.converge(balancer, [first, second]);
      const grown = bench.samples.cluster(0, [0, 1, 4]);
      await bench.converge(balancer, [grown, bench.samples.cluster(1, null)]);
      await bench.assertSettled(balancer, [grown, second], "when the same members became known again");
    },
  },
  {
    name: "takes a cluster whose members were never known",
    async holds(bench) {
      const balancer = await bench.start();
      await bench.converge(balancer, [bench.samples.cluster(0, null)]);
      await bench.converge(balancer, bench.samples.two());
    },
  },
  {
    name: "takes a cluster without members for what it is: not the same as unknown",
    async holds(bench) {
      const [first, second] = bench.samples.two();
      const balancer = await bench.start();
      await bench.converge(balancer, [first, second]);
      const full = await bench.texts();
      const emptied = [first, bench.samples.cluster(1, [])];
      assert.notDeepEqual(await bench.converge(balancer, emptied), [], "nothing was changed");
      assert.notDeepEqual(await bench.texts(), full, "the members stayed");
      await bench.assertSettled(balancer, emptied, "the second time without members");
    },
  },
  {
    name: "changes nothing when a source stops answering",
    async holds(bench) {
      const balancer = await bench.start();
      await bench.converge(balancer, bench.samples.two());
      const lost = bench.samples.two().map((cluster) => ({ ...cluster, live: false }));
      await bench.assertSettled(balancer, lost, "when the source had stopped answering");
    },
  },
];
