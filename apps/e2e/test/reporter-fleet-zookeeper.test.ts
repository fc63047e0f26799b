import { requireServer, startZookeeper, type ZookeeperEnsemble } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { KEEP, nobodyLeft, SIZE, servedFleet, serves, startAgain, TEST_MS, THIRD } from "./reporter-fleet.js";

describe.skipIf(!requireServer("haproxy") || !requireServer("zookeeper"))(`${SIZE} reporters on ZooKeeper`, () => {
  it("a restart of all withdraws nobody; the stopped go long before their session would, the killed with it", {
    timeout: TEST_MS,
  }, async () => {
    const zookeeper = await startZookeeper({ servers: 3, tickMs: 1000 });
    onTestFinished(() => zookeeper.stop());
    const discovery = (keep: number): object => ({
      hosts: zookeeper.hosts,
      path: "/lighthouse",
      session_timeout: keep,
    });
    const served = await servedFleet("zookeeper", discovery);
    const { site, fleet } = served;

    await fleet.signal("SIGTERM");
    expect(await registered(zookeeper)).toBe(SIZE);
    const settings = { plugin: "zookeeper", withdrawOnStop: true } as const;
    await fleet.configure({ ...settings, discovery: discovery(KEEP.long) });
    await fleet.configure({ ...settings, discovery: discovery(KEEP.short) }, served.killed);
    await startAgain(served);
    await nobodyLeft(served);
    expect(await registered(zookeeper)).toBe(SIZE);

    await fleet.signal("SIGTERM", served.stopped);
    expect(await registered(zookeeper)).toBe(SIZE - THIRD);
    await serves(site, SIZE - THIRD);
    await fleet.signal("SIGKILL", served.killed);
    await serves(site, SIZE - 2 * THIRD);
  });
});

/** How many nodes the leader has that hang on a session: reporters alone make such. */
async function registered({ servers }: ZookeeperEnsemble): Promise<number> {
  for (const server of servers) {
    const figures = await server.figures();
    if (figures["zk_server_state"] === "leader") return Number(figures["zk_ephemerals_count"]);
  }
  throw new Error("no server of ZooKeeper leads");
}
