import { freePort, requireServer, startEtcd, startZookeeper } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { onLeaseOf, standingSince } from "../src/etcd-standing.js";
import { ReporterFleet } from "../src/reporter-fleet.js";
import { OPEN_GUARD } from "../src/reporters.js";
import { isFullRun } from "../src/seeded-random.js";
import { Site } from "../src/site.js";

/** A third is killed, a third is stopped, a third stays. */
const SIZE = isFullRun ? 60 : 12;
const THIRD = SIZE / 3;
/** For as many programs to start on two cores that have other work. */
const PATIENCE_MS = 240_000;

interface Fleet {
  readonly site: Site;
  readonly fleet: ReporterFleet;
  /** Waits until HAProxy has this many servers. */
  serves(count: number, deadlineMs?: number): Promise<void>;
}

async function fleetOf(plugin: "etcd" | "zookeeper", discovery: object): Promise<Fleet> {
  const site = await Site.create();
  await site.writeConfig(`discovery/${plugin}.yaml`, discovery);
  await site.writeCluster("web", { port: await freePort() }, { discovery: plugin, ...OPEN_GUARD });
  const serves = (count: number, deadlineMs = PATIENCE_MS): Promise<void> =>
    site.until(
      `HAProxy to have ${count} servers`,
      async () => {
        const found = await site.servers("web");
        if (found?.length === count) return true;
        throw new Error(`it has ${found?.length}`);
      },
      deadlineMs,
    );
  return { site, fleet: new ReporterFleet(site, SIZE), serves };
}

describe.skipIf(!requireServer("haproxy") || !requireServer("etcd"))(`${SIZE} reporters on etcd`, () => {
  it("a restart of all withdraws nobody; the killed go with their lease, the stopped before they end", {
    timeout: 900_000,
  }, async () => {
    const etcd = await startEtcd({ members: 3 });
    onTestFinished(() => etcd.stop());
    const { site, fleet, serves } = await fleetOf("etcd", { hosts: etcd.hosts });
    const [long, short] = [600, 10];
    const on = (lease: number) => ({ plugin: "etcd", discovery: { hosts: etcd.hosts, lease } }) as const;

    await fleet.configure({ ...on(long), withdrawOnStop: false });
    fleet.start();
    await site.launch();
    await serves(SIZE);
    const standing = await standingSince(etcd);
    expect(Object.keys(standing)).toHaveLength(SIZE);

    await fleet.signal("SIGTERM");
    expect(await standingSince(etcd)).toEqual(standing);
    fleet.start();
    const registered = (): boolean => fleet.hosts.every(({ process }) => process.output().includes("registered app"));
    await site.until("every reporter to be back", registered, PATIENCE_MS);
    expect(await standingSince(etcd)).toEqual(standing);

    await fleet.configure({ ...on(short), withdrawOnStop: true });
    const onShort = async (): Promise<boolean> => (await onLeaseOf(etcd, short)).length === SIZE;
    await site.until("every node to have the new lease", onShort, PATIENCE_MS);
    expect(await standingSince(etcd)).toEqual(standing);

    const [killed, stopped] = [fleet.hosts.slice(0, THIRD), fleet.hosts.slice(THIRD, 2 * THIRD)];
    await fleet.signal("SIGKILL", killed);
    await serves(SIZE - THIRD);
    await fleet.signal("SIGTERM", stopped);
    const left = await standingSince(etcd);
    expect(stopped.filter(({ name }) => Object.hasOwn(left, name))).toEqual([]);
    await serves(SIZE - 2 * THIRD);
  });
});

describe.skipIf(!requireServer("haproxy") || !requireServer("zookeeper"))(`${SIZE} reporters on ZooKeeper`, () => {
  it("the stopped go long before their session would, the killed with it", { timeout: 900_000 }, async () => {
    const zookeeper = await startZookeeper({ servers: 3, tickMs: 2000 });
    onTestFinished(() => zookeeper.stop());
    const discovery = { hosts: zookeeper.hosts, path: "/lighthouse", session_timeout: "20s" };
    const { site, fleet, serves } = await fleetOf("zookeeper", discovery);
    await fleet.configure({ plugin: "zookeeper", discovery, withdrawOnStop: true });
    fleet.start();
    await site.launch();
    await serves(SIZE);
    await fleet.signal("SIGTERM", fleet.hosts.slice(0, THIRD));
    await serves(SIZE - THIRD, 15_000);
    await fleet.signal("SIGKILL", fleet.hosts.slice(THIRD, 2 * THIRD));
    await serves(SIZE - 2 * THIRD);
  });
});
