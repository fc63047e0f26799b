import { requireServer, startEtcd } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { onLeaseOf, standingSince } from "../src/etcd-standing.js";
import {
  KEEP,
  nobodyLeft,
  PATIENCE_MS,
  SIZE,
  servedFleet,
  serves,
  startAgain,
  TEST_MS,
  THIRD,
} from "./reporter-fleet.js";

describe.skipIf(!requireServer("haproxy") || !requireServer("etcd"))(`${SIZE} reporters on etcd`, () => {
  it("a restart of all withdraws nobody; the stopped go long before their lease would, the killed with it", {
    timeout: TEST_MS,
  }, async () => {
    const etcd = await startEtcd({ members: 3 });
    onTestFinished(() => etcd.stop());
    const discovery = (lease: number): object => ({ hosts: etcd.hosts, lease });
    const served = await servedFleet("etcd", discovery);
    const { site, fleet } = served;
    const standing = await standingSince(etcd);
    expect(Object.keys(standing)).toHaveLength(SIZE);

    await fleet.signal("SIGTERM");
    expect(await standingSince(etcd)).toEqual(standing);
    await fleet.configure({ plugin: "etcd", discovery: discovery(KEEP.long), withdrawOnStop: true });
    await startAgain(served);
    expect(await standingSince(etcd)).toEqual(standing);
    await nobodyLeft(served);

    await fleet.signal("SIGTERM", served.stopped);
    const left = await standingSince(etcd);
    expect(served.stopped.filter(({ name }) => Object.hasOwn(left, name))).toEqual([]);
    await serves(site, SIZE - THIRD);

    const short = { plugin: "etcd", discovery: discovery(KEEP.short), withdrawOnStop: true } as const;
    await fleet.configure(short, served.killed);
    const areShort = async (): Promise<boolean> => (await onLeaseOf(etcd, KEEP.short)).length === THIRD;
    await site.until("a third of the nodes to have a short lease", areShort, PATIENCE_MS);
    expect(await standingSince(etcd)).toEqual(left);
    await fleet.signal("SIGKILL", served.killed);
    await serves(site, SIZE - 2 * THIRD);
  });
});
