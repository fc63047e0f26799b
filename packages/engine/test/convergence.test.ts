import { describe, expect, test } from "vitest";
import { ALL_CONFIRMED, withChange, withConfirmation, withSyncBegun } from "../src/sync/convergence.js";
import { BalancersHouse } from "./support/balancers-house.js";
import { type FakeBalancer, fakeBalancer, IN_LINE } from "./support/fake-balancer.js";
import { node } from "./support/sample-nodes.js";
import { balancerSettings, clusterSettings, configuration } from "./support/settings.js";

const [A, B, C] = [node("a", "10.0.0.1"), node("b", "10.0.0.2"), node("c", "10.0.0.3")];

/** A balancer that is in line, with nothing counted so far. */
async function inLine(plugin: FakeBalancer): Promise<BalancersHouse> {
  const house = new BalancersHouse();
  house.setMembers("web", [A]);
  await house.apply(
    configuration({ balancers: [balancerSettings("lb", plugin.plugin)], clusters: [clusterSettings("web")] }),
  );
  await house.clock.advance(1000);
  house.counted.length = 0;
  return house;
}

describe("how long a change takes to be confirmed", () => {
  test("the first sync confirms what there was at the start", async () => {
    const house = new BalancersHouse();
    await house.apply(configuration({ balancers: [balancerSettings("lb", fakeBalancer().plugin)] }));
    expect(house.counted).toEqual(["converged", [0]]);
  });

  test("one change of members is one change, whoever looks at the state meanwhile", async () => {
    const house = await inLine(fakeBalancer());
    house.setMembers("web", [A, B]);
    expect(house.state().converged).toBe(false);
    await house.clock.advance(1000);
    expect(house.counted).toEqual(["converged", [0]]);
  });

  test("counted is from the moment the source said so, not from when it was told here", async () => {
    const house = await inLine(fakeBalancer());
    house.members.set("web", { nodes: [A, B], live: true });
    house.balancers.membershipChanged("web", house.clock.elapsed() - 30);
    await house.clock.advance(0);
    expect(house.counted).toEqual(["converged", [0.03]]);
  });

  test("a sync that is not confirmed, fails or is on its way does not end the wait; the one that is ends it", async () => {
    const plugin = fakeBalancer();
    const house = await inLine(plugin);
    const results = [
      () => ({ converged: false, changes: [] }),
      () => {
        throw new Error("socket gone");
      },
      () => ({ converged: false, changes: [], syncAgainMs: 2000 }),
      () => IN_LINE,
    ];
    plugin.onSync = () => results.shift()?.() ?? IN_LINE;
    house.setMembers("web", [A, B]);
    await house.clock.advance(60_000);
    expect(house.counted.slice(0, 5)).toEqual(["unconfirmed", "failed", "pending", "converged", [3.5]]);
  });

  test("a change that comes while a sync is under way is confirmed by the next one", async () => {
    const plugin = fakeBalancer();
    const house = await inLine(plugin);
    let finish: (result: typeof IN_LINE) => void = () => undefined;
    plugin.onSync = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    house.setMembers("web", [A, B]);
    await house.clock.advance(100);
    house.setMembers("web", [A, B, C]);
    await house.clock.advance(100);
    plugin.onSync = () => IN_LINE;
    finish(IN_LINE);
    await house.clock.advance(1000);
    expect(house.counted).toEqual(["converged", [0.2], "converged", [0.1]]);
  });

  test("a changed configuration is a change; a plugin that asks for a sync, and a look at everything, is none", async () => {
    const plugin = fakeBalancer();
    const house = await inLine(plugin);
    plugin.contexts[0]?.requestSync("restarted");
    await house.clock.advance(1000);
    house.balancers.markAll();
    await house.clock.advance(1000);
    expect(house.counted).toEqual(["converged", [], "converged", []]);
    house.counted.length = 0;
    await house.apply(
      configuration({
        balancers: [balancerSettings("lb", plugin.plugin, { a: 1 })],
        clusters: [clusterSettings("web", { metaCluster: "api" })],
      }),
    );
    await house.clock.advance(1000);
    expect(house.counted).toEqual(["converged", [0]]);
  });

  test("configuration that cannot be applied stays unconfirmed while the one before is kept in line", async () => {
    const plugin = fakeBalancer();
    const house = await inLine(plugin);
    plugin.onDependencies = () => false;
    const broken = balancerSettings("lb", plugin.plugin, { a: 1 });
    await house.apply(configuration({ balancers: [broken], clusters: [clusterSettings("web")] }));
    await house.clock.advance(400);
    plugin.onDependencies = () => true;
    await house.clock.advance(5000);
    expect(house.counted).toEqual(["converged", "converged", [expect.closeTo(0.5, 5)]]);
  });

  test("a target that never confirms costs no memory for ever; what waits longest is kept", () => {
    let unconfirmed = ALL_CONFIRMED;
    for (let at = 0; at < 5000; at++) unconfirmed = withSyncBegun(withChange(unconfirmed, at));
    const { seconds, unconfirmed: left } = withConfirmation(unconfirmed, 10_000);
    expect(seconds).toHaveLength(1000);
    expect(seconds[0]).toBe(10);
    expect(left).toEqual(ALL_CONFIRMED);
  });
});
