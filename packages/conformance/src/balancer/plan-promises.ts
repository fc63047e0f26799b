import assert from "node:assert/strict";
import type { Balancer, Change, Cluster } from "@lighthouse-sd/core";
import { deepFreeze } from "../plugin/deep-freeze.js";
import type { BalancerBench } from "./balancer-bench.js";
import type { BalancerPromise } from "./balancer-promise.js";
import type { BalancerSubject } from "./balancer-subject.js";
import { assertChanges } from "./sync-result-shape.js";

/** What a balancer tells without doing it. */
export const planPromises: readonly BalancerPromise[] = [
  {
    name: "plans what a sync would change, and touches nothing",
    concerns: (subject) => has(subject, "plan"),
    async holds(bench) {
      const balancer = await bench.start();
      const before = await bench.snapshot();
      assert.notDeepEqual(await plan(bench, balancer, bench.samples.two()), [], "it planned nothing for a new target");
      assert.deepEqual(await bench.snapshot(), before, "files were touched");
      assert.notDeepEqual(await bench.converge(balancer, bench.samples.two()), [], "the plan was done already");
    },
  },
  {
    name: "plans nothing where a sync has nothing to do",
    concerns: (subject) => has(subject, "plan"),
    async holds(bench) {
      const balancer = await bench.start();
      await bench.converge(balancer, bench.samples.two());
      assert.deepEqual(await plan(bench, balancer, bench.samples.two()), []);
      await bench.assertSettled(balancer, bench.samples.two(), "after a plan");
    },
  },
  {
    name: "plans beside an instance that is at work",
    concerns: (subject) => has(subject, "plan"),
    async holds(bench) {
      const working = await bench.start("working");
      await bench.converge(working, bench.samples.two());
      const planning = await bench.start("planning");
      assert.deepEqual(await plan(bench, planning, bench.samples.two()), []);
      assert.notDeepEqual(
        await plan(bench, planning, [bench.samples.cluster(0, [4])]),
        [],
        "it planned nothing for other members",
      );
      await bench.assertSettled(working, bench.samples.two(), "after somebody else's plan");
    },
  },
  {
    name: "describes the nodes of a cluster, and touches nothing",
    concerns: (subject) => has(subject, "describe"),
    async holds(bench) {
      const balancer = await bench.start();
      const [first, second] = bench.samples.two();
      await bench.converge(balancer, [first, second]);
      await assertDescribes(bench, balancer, first);
      await assertDescribes(bench, balancer, { ...first, nodes: null, live: false });
    },
  },
];

function has({ plugin }: BalancerSubject, method: "plan" | "describe"): boolean {
  return typeof (plugin.prototype as Partial<Balancer<unknown>>)[method] === "function";
}

async function plan(
  bench: BalancerBench,
  balancer: Balancer<unknown>,
  clusters: readonly Cluster[],
): Promise<readonly Change[]> {
  const given = deepFreeze(bench.samples.given(clusters));
  const changes: unknown = await balancer.plan?.(given, { signal: new AbortController().signal });
  assertChanges(changes, "plan");
  return changes;
}

async function assertDescribes(bench: BalancerBench, balancer: Balancer<unknown>, cluster: Cluster): Promise<void> {
  const before = await bench.snapshot();
  const reports = await balancer.describe?.(deepFreeze(cluster), { signal: new AbortController().signal });
  for (const { node, state, serving } of reports ?? []) {
    assert.ok(node, "a report must name its node");
    assert.ok(state, "a report must say a state");
    assert.equal(typeof serving, "boolean", "serving must be true or false");
  }
  assert.deepEqual(await bench.snapshot(), before, "files were touched");
}
