import { serializeNode } from "@lighthouse-sd/core";
import {
  type EtcdCluster,
  eventually,
  requireServer,
  startEtcd,
  startTcpProxy,
  type TcpProxy,
} from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { discoveryFor, node, report, watch } from "./discovering.js";

const KEY = "/lighthouse/web/app1:8001";
const ONE = serializeNode(node(8001));

describe.skipIf(!requireServer("etcd"))("a report", () => {
  let etcd: EtcdCluster;
  let proxy: TcpProxy;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd?.stop());
  beforeEach(async () => {
    await etcd.gateway.deletePrefix("/");
    proxy = await startTcpProxy({ targetPort: etcd.members[0]?.port ?? 0 });
    onTestFinished(() => proxy.stop());
  });
  const hosts = (): readonly string[] => [`127.0.0.1:${proxy.port}`];

  test("writes the node byte for byte under a lease, and takes it back at once", async () => {
    const reporting = report(discoveryFor({ hosts: hosts() }), "web", node(8001));
    await eventually(() => expect(reporting.told).toEqual(["registered"]));
    const [stands] = await etcd.gateway.list("/lighthouse/");
    expect(stands).toMatchObject({ key: KEY, value: ONE });
    expect(stands?.lease).not.toBe("0");
    await reporting.end();
    expect(await etcd.gateway.list("/lighthouse/")).toEqual([]);
    expect(await leases(etcd)).not.toContain(stands?.lease);
  });

  test("that cannot be renewed is gone with its lease, says so, and is back with its registry", async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    const reporting = report(discoveryFor({ hosts: hosts(), lease: "2s" }), "web", node(8001));
    await eventually(() => expect(watched.newest()).toEqual({ [KEY]: ONE }));
    proxy.hang();
    await eventually(() => expect(watched.newest()).toEqual({}));
    await eventually(() => expect(reporting.told.length).toBeGreaterThan(1));
    await proxy.restore();
    await eventually(() => expect(watched.newest()).toEqual({ [KEY]: ONE }));
    await eventually(() => expect(reporting.told.at(-1)).toBe("registered"));
  });

  test("whose lease an operator ended says so, and registers again", async () => {
    const reporting = report(discoveryFor({ hosts: hosts(), lease: "3s" }), "web", node(8001));
    await eventually(() => expect(reporting.told).toEqual(["registered"]));
    const [before] = await etcd.gateway.list(KEY);
    await etcd.gateway.call("lease/revoke", { ID: before?.lease });
    await eventually(() =>
      expect(reporting.told.slice(1)).toEqual([`the lease of ${KEY} has run out, and the node with it`, "registered"]),
    );
    const [after] = await etcd.gateway.list(KEY);
    expect(after?.value).toBe(ONE);
    expect(after?.lease).not.toBe(before?.lease);
  });

  test("whose value somebody changed without a lease of his own says that another stands there", async () => {
    const reporting = report(discoveryFor({ hosts: hosts(), lease: "3s" }), "web", node(8001));
    await eventually(() => expect(reporting.told).toEqual(["registered"]));
    await etcd.gateway.put(KEY, "something else");
    await eventually(() => expect(reporting.told.at(-1)).toMatch(/^another reporter has put its own node at /));
    await etcd.gateway.delete(KEY);
    await eventually(() => expect(reporting.told.at(-1)).toBe("registered"));
    expect((await etcd.gateway.list(KEY))[0]?.value).toBe(ONE);
  });

  test("that cannot be withdrawn ends before the engine gives it up, and says what becomes of the node", async () => {
    const reporting = report(discoveryFor({ hosts: hosts(), lease: "2s" }), "web", node(8001));
    await eventually(() => expect(reporting.told).toEqual(["registered"]));
    proxy.hang();
    // Time in which this process stood still is one look, however long it was.
    let looks = 0;
    const looking = setInterval(() => {
      looks += 1;
    }, 50);
    onTestFinished(() => clearInterval(looking));
    await expect(reporting.end()).rejects.toThrow(
      /^cannot withdraw \/lighthouse\/web\/app1:8001: .*; it goes by itself when its lease ends, within 2 s$/,
    );
    expect(looks).toBeLessThan(5_000 / 50);
    await eventually(async () => expect(await etcd.gateway.list(KEY)).toEqual([]));
  });

  test("whose grant was not answered goes on with that lease, and leaves none behind", async () => {
    const before = (await leases(etcd)).length;
    const discovery = discoveryFor({ hosts: hosts(), lease: "1h" });
    const watched = watch(discovery, "web");
    await eventually(() => expect(watched.newest()).toEqual({}));
    proxy.hang("to-client");
    const reporting = report(discovery, "web", node(8001));
    await eventually(async () => expect((await leases(etcd)).length).toBe(before + 1));
    proxy.drop();
    await proxy.restore();
    await eventually(() => expect(reporting.told.at(-1)).toBe("registered"));
    expect((await leases(etcd)).length).toBe(before + 1);
    await reporting.end();
    expect((await leases(etcd)).length).toBe(before);
  });

  test("of sixty nodes and the watch of their cluster share one connection", async () => {
    const discovery = discoveryFor({ hosts: hosts() });
    const watched = watch(discovery, "web");
    const reports = Array.from({ length: 60 }, (_, index) => report(discovery, "web", node(9000 + index)));
    await eventually(() => expect(watched.answers.at(-1)?.length).toBe(60));
    expect([proxy.accepted, proxy.open]).toEqual([1, 1]);
    await Promise.all(reports.map((reporting) => reporting.end()));
    await eventually(() => expect(watched.newest()).toEqual({}));
    await watched.stop();
    await eventually(() => expect(proxy.open).toBe(0));
  });
});

/** The numbers of all leases. */
async function leases(etcd: EtcdCluster): Promise<readonly string[]> {
  const answer = await etcd.gateway.call("lease/leases", {});
  return ((answer["leases"] ?? []) as readonly { ID: string }[]).map(({ ID }) => ID);
}
