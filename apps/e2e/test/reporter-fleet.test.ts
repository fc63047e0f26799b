import { freePort, requireServer, startEtcd } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { ReporterFleet } from "../src/reporter-fleet.js";
import { OPEN_GUARD } from "../src/reporters.js";
import { isFullRun } from "../src/seeded-random.js";
import { Site } from "../src/site.js";

/** A third is killed, a third is stopped, a third stays. */
const SIZE = isFullRun ? 60 : 12;
const [LONG, SHORT] = [600, 10];
/** For as many programs to start on two cores that have other work. */
const PATIENCE_MS = 240_000;

describe.skipIf(!requireServer("haproxy") || !requireServer("etcd"))(`${SIZE} reporters on etcd`, () => {
  it("a restart of all withdraws nobody; the killed go with their lease, the stopped before they end", {
    timeout: 900_000,
  }, async () => {
    const etcd = await startEtcd({ members: 3 });
    onTestFinished(() => etcd.stop());
    const site = await Site.create();
    await site.writeConfig("discovery/etcd.yaml", { hosts: etcd.hosts });
    await site.writeCluster("web", { port: await freePort() }, { discovery: "etcd", ...OPEN_GUARD });
    const fleet = new ReporterFleet(site, etcd, SIZE);
    const serve = (count: number): Promise<void> =>
      site.until(
        `HAProxy to have ${count} servers`,
        async () => {
          const found = await site.servers("web");
          if (found?.length === count) return true;
          throw new Error(`it has ${found?.length}`);
        },
        PATIENCE_MS,
      );

    await fleet.configure({ lease: `${LONG}s`, withdrawOnStop: false });
    fleet.start();
    await site.launch();
    await serve(SIZE);
    const standing = await fleet.standingSince();
    expect(Object.keys(standing)).toHaveLength(SIZE);

    await fleet.signal("SIGTERM");
    expect(await fleet.standingSince()).toEqual(standing);
    fleet.start();
    const registered = (): boolean => fleet.hosts.every(({ process }) => process.output().includes("registered app"));
    await site.until("every reporter to be back", registered, PATIENCE_MS);
    expect(await fleet.standingSince()).toEqual(standing);

    await fleet.configure({ lease: `${SHORT}s`, withdrawOnStop: true });
    const onShort = async (): Promise<boolean> => (await fleet.onLeaseOf(SHORT)).length === SIZE;
    await site.until("every node to have the new lease", onShort, PATIENCE_MS);
    expect(await fleet.standingSince()).toEqual(standing);
    await serve(SIZE);

    const third = SIZE / 3;
    const [killed, stopped] = [fleet.hosts.slice(0, third), fleet.hosts.slice(third, 2 * third)];
    await fleet.signal("SIGKILL", killed);
    await serve(SIZE - third);
    await fleet.signal("SIGTERM", stopped);
    const left = Object.keys(await fleet.standingSince());
    expect(left.filter((key) => stopped.some((host) => host.key === key))).toEqual([]);
    await serve(SIZE - 2 * third);
  });
});
