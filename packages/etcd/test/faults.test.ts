import { serializeNode } from "@lighthouse-sd/core";
import {
  type EtcdCluster,
  EtcdGateway,
  eventually,
  requireServer,
  startEtcd,
  startTcpProxy,
} from "@lighthouse-sd/test-servers";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { discoveryFor, node, report, watch } from "./discovering.js";

const [ONE, TWO] = [serializeNode(node(8001)), serializeNode(node(8002))];
const BOTH = { "/lighthouse/web/app1:8001": ONE, "/lighthouse/web/app1:8002": TWO };

async function started(options: Parameters<typeof startEtcd>[0] = {}): Promise<EtcdCluster> {
  const etcd = await startEtcd(options);
  onTestFinished(() => etcd.stop());
  await etcd.gateway.change(BOTH);
  return etcd;
}

describe.skipIf(!requireServer("etcd"))("a single etcd", () => {
  let etcd: EtcdCluster;
  beforeEach(async () => {
    etcd = await started();
  });

  test("that is killed is lost, and found again when it is back", async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
    await etcd.members[0]?.kill();
    await eventually(() =>
      expect(watched.losses[0]).toMatch(
        /^etcd at 127\.0\.0\.1:\d+ did not .*: (connect ECONNREFUSED|read ECONNRESET|it has closed the connection)/,
      ),
    );
    etcd.members[0]?.start();
    await eventually(() => expect(watched.calls.at(-1)).toBe("records"));
    expect(watched.newest()).toEqual(BOTH);
    expect(watched.answers.every((list) => list.length === 2)).toBe(true);
  });

  test("that hangs is lost, with that reason, and found again when it goes on", async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
    await watchStands(etcd);
    etcd.members[0]?.pause();
    await eventually(() => expect(watched.losses[0]).toMatch(/did not .* in time|no answer within/));
    etcd.members[0]?.resume();
    await eventually(() => expect(watched.calls.at(-1)).toBe("records"));
    await etcd.gateway.delete("/lighthouse/web/app1:8001");
    await eventually(() => expect(watched.newest()).toEqual({ "/lighthouse/web/app1:8002": TWO }));
    expect(watched.answers.slice(0, -1).every((list) => list.length === 2)).toBe(true);
  });

  test.each(["to-server", "to-client"] as const)(
    "that is cut off in silence, %s alone, is lost, and what happened meanwhile is found",
    async (direction) => {
      const proxy = await startTcpProxy({ targetPort: etcd.members[0]?.port ?? 0 });
      onTestFinished(() => proxy.stop());
      const watched = watch(discoveryFor({ hosts: [`127.0.0.1:${proxy.port}`] }), "web");
      await eventually(() => expect(watched.newest()).toEqual(BOTH));
      proxy.hang(direction);
      await etcd.gateway.delete("/lighthouse/web/app1:8002");
      await eventually(() => expect(watched.losses.length).toBe(1));
      await proxy.restore();
      await eventually(() => expect(watched.newest()).toEqual({ "/lighthouse/web/app1:8001": ONE }));
    },
  );

  test("whose connection is cut once is not lost and not read again: the watch goes on where it was", async () => {
    const proxy = await startTcpProxy({ targetPort: etcd.members[0]?.port ?? 0 });
    onTestFinished(() => proxy.stop());
    const watched = watch(discoveryFor({ hosts: [`127.0.0.1:${proxy.port}`] }), "web");
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
    await watchStands(etcd);
    proxy.drop();
    await etcd.gateway.delete("/lighthouse/web/app1:8002");
    await eventually(() => expect(watched.newest()).toEqual({ "/lighthouse/web/app1:8001": ONE }));
    expect(watched.calls).toEqual(["records", "records"]);
    expect(watched.answers[1]?.[0]).toBe(watched.answers[0]?.[0]);
  });

  test("that comes back empty says so, and its reporters are back by themselves", async () => {
    const discovery = discoveryFor({ hosts: etcd.hosts, lease: "2s" });
    const reporting = report(discovery, "web", node(8003));
    await eventually(() => expect(reporting.told).toEqual(["registered"]));
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.answers.at(-1)?.length).toBe(3));
    await etcd.restartEmpty();
    await eventually(() =>
      expect(watched.newest()).toEqual({ "/lighthouse/web/app1:8003": serializeNode(node(8003)) }),
    );
    await eventually(() => expect(reporting.told.at(-1)).toBe("registered"));
  });

  test("that comes back empty and has lived on since is not taken for the one before", async () => {
    const proxy = await startTcpProxy({ targetPort: etcd.members[0]?.port ?? 0 });
    onTestFinished(() => proxy.stop());
    const watched = watch(discoveryFor({ hosts: [`127.0.0.1:${proxy.port}`] }), "web");
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
    await watchStands(etcd);
    proxy.hang();
    await etcd.restartEmpty();
    for (let index = 0; index < 20; index++) await etcd.gateway.put("/elsewhere", `${index}`);
    await etcd.gateway.put("/lighthouse/web/app1:8001", ONE);
    await proxy.restore();
    proxy.drop();
    await eventually(() => expect(watched.newest()).toEqual({ "/lighthouse/web/app1:8001": ONE }));
  });

  test("that was compacted while it could not be reached is read anew", async () => {
    const proxy = await startTcpProxy({ targetPort: etcd.members[0]?.port ?? 0 });
    onTestFinished(() => proxy.stop());
    const watched = watch(discoveryFor({ hosts: [`127.0.0.1:${proxy.port}`] }), "web");
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
    await watchStands(etcd);
    proxy.hang();
    await etcd.gateway.delete("/lighthouse/web/app1:8001");
    await etcd.gateway.put("/elsewhere", "x");
    await etcd.gateway.compact();
    await proxy.restore();
    proxy.drop();
    await eventually(() => expect(watched.newest()).toEqual({ "/lighthouse/web/app1:8002": TWO }));
    await etcd.gateway.put("/lighthouse/web/app1:8001", ONE);
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
  });

  test("that is compacted under a running watch changes nothing", async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
    for (let index = 0; index < 10; index++) await etcd.gateway.put("/elsewhere", `${index}`);
    await etcd.gateway.compact();
    await etcd.gateway.delete("/lighthouse/web/app1:8001");
    await eventually(() => expect(watched.newest()).toEqual({ "/lighthouse/web/app1:8002": TWO }));
    expect(watched.calls).toEqual(["records", "records"]);
  });

  test("that has no space left loses nobody who is there, and takes who could not register when it has", async () => {
    const full = await started({ flags: ["--quota-backend-bytes", String(2 ** 20)] });
    const watched = watch(discoveryFor({ hosts: full.hosts }), "web");
    const before = report(discoveryFor({ hosts: full.hosts, lease: "10s" }), "web", node(8003));
    await eventually(() => expect(before.told).toEqual(["registered"]));
    const filler = "x".repeat(100_000);
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 100; index++) await full.gateway.put(`/filler/${index}`, filler);
    };
    await expect(fill()).rejects.toThrow("database space exceeded");
    const after = report(discoveryFor({ hosts: full.hosts, lease: "2s" }), "web", node(8004));
    await eventually(() => expect(after.told[0]).toMatch(/database space exceeded/));
    expect([before.told, watched.losses]).toEqual([["registered"], []]);
    expect(watched.answers.at(-1)?.length).toBe(3);
    await full.gateway.deletePrefix("/filler/");
    await full.gateway.compact();
    await full.gateway.call("maintenance/defragment", {});
    const { alarms } = await full.gateway.call("maintenance/alarm", { action: "GET" });
    for (const alarm of alarms as readonly object[]) {
      await full.gateway.call("maintenance/alarm", { action: "DEACTIVATE", ...alarm });
    }
    await eventually(() => expect(after.told.at(-1)).toBe("registered"));
    await eventually(() => expect(watched.answers.at(-1)?.length).toBe(4));
  });
});

describe.skipIf(!requireServer("etcd"))("three members", () => {
  let etcd: EtcdCluster;
  beforeEach(async () => {
    etcd = await started({ members: 3 });
  });

  test("one of which dies or hangs, whichever it is, are never lost", { timeout: 120_000 }, async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
    for (const [index, member] of etcd.members.entries()) {
      await watchStands(etcd);
      if (index === 1) member.pause();
      else await member.kill();
      const port = 8100 + index;
      await vote(etcd, index, port);
      await eventually(() => expect(watched.newest()).toHaveProperty([`/lighthouse/web/app1:${port}`]));
      if (index === 1) member.resume();
      else member.start();
      await member.serves();
    }
    expect(watched.losses).toEqual([]);
  });

  test("without a quorum are lost, with that reason, whichever is asked; with one again they are found", async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.newest()).toEqual(BOTH));
    await Promise.all(etcd.members.slice(1).map((member) => member.kill()));
    await eventually(() => expect(watched.losses.at(-1)).toMatch(/no leader|in time|timed out|no answer/));
    const late = watch(discoveryFor({ hosts: etcd.hosts.slice(0, 1) }), "web");
    await eventually(() => expect(late.losses.length).toBeGreaterThan(0));
    expect(late.answers).toEqual([]);
    etcd.members[1]?.start();
    await eventually(() => expect(late.newest()).toEqual(BOTH));
    await eventually(() => expect(watched.calls.at(-1)).toBe("records"));
    expect(watched.answers.every((list) => list.length === 2)).toBe(true);
  });
});

/** Waits until the watch has looked after itself once more: it stands, and has for a while. */
async function watchStands(etcd: EtcdCluster): Promise<void> {
  const gateways = etcd.members.map(({ port }) => new EtcdGateway(port));
  const looks = async (): Promise<number> => {
    const requests = await Promise.all(gateways.map((gateway) => gateway.requests()));
    return requests.reduce((sum, { Txn = 0 }) => sum + Txn, 0);
  };
  const before = await looks();
  await eventually(async () => expect(await looks()).toBeGreaterThan(before));
  for (const gateway of gateways) gateway.close();
}

/** Puts a node through a member that is there, as soon as the cluster has a leader again. */
async function vote(etcd: EtcdCluster, gone: number, port: number): Promise<void> {
  const [host = ""] = etcd.hosts.filter((_, index) => index !== gone);
  const reporting = report(discoveryFor({ hosts: [host], lease: "1h" }), "web", node(port));
  await eventually(() => expect(reporting.told.at(-1)).toBe("registered"));
  await reporting.end(true);
}
