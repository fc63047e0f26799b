import { describe, expect, test } from "vitest";
import { BalancersHouse } from "./support/balancers-house.js";
import { type FakeBalancer, fakeBalancer, IN_LINE } from "./support/fake-balancer.js";
import { balancerSettings, clusterSettings, configuration } from "./support/settings.js";

const UP = [{ node: "a:80", state: "UP", serving: true }];

async function withOne(plugin: FakeBalancer): Promise<BalancersHouse> {
  const house = new BalancersHouse();
  const clusters = [clusterSettings("web")];
  await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin)], clusters }));
  return house;
}

function fakeThatTells(): FakeBalancer {
  const plugin = fakeBalancer();
  plugin.onDescribe = () => UP;
  return plugin;
}

describe("asking a target how its nodes are", () => {
  test("gives what the plugin says of the cluster", async () => {
    const plugin = fakeThatTells();
    const asked: unknown[] = [];
    plugin.onDescribe = ({ name, config }) => {
      asked.push([name, config]);
      return UP;
    };
    const { balancers } = await withOne(plugin);
    expect(await balancers.describe("lb", "web")).toEqual({ kind: "nodes", nodes: UP });
    expect(asked).toEqual([["web", { port: 80 }]]);
  });

  test("a plugin without the method is mute", async () => {
    const { balancers } = await withOne(fakeBalancer());
    expect(await balancers.describe("lb", "web")).toEqual({ kind: "mute" });
  });

  test.each<[string, () => unknown, string]>([
    ["that throws", () => Promise.reject(new Error("nobody listens")), "nobody listens"],
    ["that gives no list", () => ({}), "describe must give a list"],
    ["that leaves something out", () => [...UP, { node: "b:80" }], "describe gave report 2 without"],
    ["whose detail is no text", () => [{ ...UP[0], detail: 1 }], "describe gave report 1 without"],
  ])("a plugin %s fails, and nothing else does", async (_, answer, reason) => {
    const plugin = fakeThatTells();
    plugin.onDescribe = answer;
    const { balancers } = await withOne(plugin);
    expect(await balancers.describe("lb", "web")).toEqual({ kind: "failed", reason: expect.stringContaining(reason) });
    expect(balancers.states().get("lb")).toMatchObject({ converged: true, lastError: null });
  });

  test("of a cluster or a balancer that is not there, it fails", async () => {
    const { balancers } = await withOne(fakeThatTells());
    expect(await balancers.describe("lb", "db")).toMatchObject({ kind: "failed" });
    expect(await balancers.describe("other", "web")).toMatchObject({ kind: "failed" });
  });

  test("never goes on at the same time as a sync, or as another one", async () => {
    const plugin = fakeThatTells();
    const house = await withOne(plugin);
    const waiting: (() => void)[] = [];
    plugin.onSync = () => new Promise((resolve) => waiting.push(() => resolve(IN_LINE)));
    plugin.onDescribe = () => new Promise((resolve) => waiting.push(() => resolve(UP)));
    house.balancers.markAll();
    await house.clock.advance(50);
    const both = Promise.all([house.balancers.describe("lb", "web"), house.balancers.describe("lb", "web")]);
    house.balancers.markAll();
    for (let count = 0; count < 10; count++) {
      await house.clock.advance(50);
      waiting.shift()?.();
    }
    await house.clock.advance(50);
    expect(await both).toEqual([
      { kind: "nodes", nodes: UP },
      { kind: "nodes", nodes: UP },
    ]);
    expect(plugin.mostRunning).toBe(1);
    expect(plugin.calls.filter((call) => call === "describe")).toHaveLength(2);
    expect(plugin.calls.filter((call) => call === "syncFile").length).toBeGreaterThanOrEqual(3);
  });

  test("does not wait for a sync that hangs", async () => {
    const plugin = fakeThatTells();
    const house = await withOne(plugin);
    plugin.onSync = () => new Promise(() => undefined);
    house.balancers.markAll();
    await house.clock.advance(50);
    const asked = house.balancers.describe("lb", "web");
    await house.clock.advance(3000);
    expect(await asked).toEqual({ kind: "failed", reason: "a sync is going on and has not ended" });
  });

  test("one that hangs is called off, and syncs go on", async () => {
    const plugin = fakeThatTells();
    plugin.onDescribe = (_, { signal }) => {
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    const house = await withOne(plugin);
    const asked = house.balancers.describe("lb", "web");
    await house.clock.advance(3000);
    expect(await asked).toEqual({ kind: "failed", reason: expect.stringContaining("took longer than 3 s") });
    const before = plugin.given.length;
    house.balancers.markAll();
    await house.clock.advance(50);
    expect(plugin.given.length).toBeGreaterThan(before);
  });

  test("one that ignores that it is called off holds up nobody who asks", async () => {
    const plugin = fakeThatTells();
    plugin.onDescribe = () => new Promise(() => undefined);
    const house = await withOne(plugin);
    const asked = house.balancers.describe("lb", "web");
    await house.clock.advance(3000);
    await house.clock.advance(5000);
    expect(await asked).toEqual({ kind: "failed", reason: expect.stringContaining("does not end") });
    expect(house.state().lastError).toContain("describe took longer than 3 s and does not end");
  });
});
