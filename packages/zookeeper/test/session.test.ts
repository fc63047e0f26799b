import { serializeNode } from "@lighthouse-sd/core";
import { eventually, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { discoveryWith, node, report, watch } from "./support/discovering.js";
import { oneServer } from "./support/one-server.js";
import { RequestCount } from "./support/request-count.js";

const NODES = [1, 2, 3, 4, 5];

describe.skipIf(!requireServer("zookeeper"))("one session", () => {
  const server = oneServer();

  const filled = async (): Promise<string> => {
    const root = await server.newRoot();
    await server.client.makePath(`${root}/lighthouse/web`);
    for (const port of NODES)
      await server.client.create(`${root}/lighthouse/web/app1:${port}`, serializeNode(node(port)));
    return root;
  };

  it("goes on after a cut that is shorter than itself: only what has changed is read", async () => {
    const root = await filled();
    const count = new RequestCount();
    const proxy = await server.newProxy(count.onBytes);
    const watched = watch(discoveryWith({ hosts: [`127.0.0.1:${proxy.port}${root}`] }), "web");
    await eventually(() => expect(watched.records()).toHaveLength(5));
    expect(count.take()).toEqual({ sync: 1, getChildren: 1, getData: 5 });
    const before = watched.records();
    proxy.cut();
    await server.client.set(`${root}/lighthouse/web/app1:3`, serializeNode(node(3, { weight: 7 })));
    await proxy.restore();
    await eventually(() => expect(watched.records()[2]).not.toBe(before[2]));
    expect(watched.records()[2]?.value).toBe(serializeNode(node(3, { weight: 7 })));
    for (const index of [0, 1, 3, 4]) expect(watched.records()[index]).toBe(before[index]);
    expect(count.take()).toEqual({ setWatches: 1, sync: 1, getChildren: 1, getData: 1 });
    // The watches that were set anew are there.
    await server.client.set(`${root}/lighthouse/web/app1:4`, serializeNode(node(4, { weight: 7 })));
    await eventually(() => expect(watched.records()[3]).not.toBe(before[3]));
    expect(count.take()).toEqual({ getData: 1 });
  });

  it("that has expired gives way to a new one: all is read again, what is equal stays the same object", async () => {
    const root = await filled();
    const count = new RequestCount();
    const proxy = await server.newProxy(count.onBytes);
    const discovery = discoveryWith({ hosts: [`127.0.0.1:${proxy.port}${root}`], session_timeout: "1s" });
    const reported = report(discovery, "web", node(9));
    const watched = watch(discovery, "web");
    await eventually(() => expect([watched.records().length, reported.isRegistered()]).toEqual([6, true]));
    const before = watched.records();
    // A session as short as this one may also end where this process stands still.
    const owner = (): Promise<bigint> => server.client.read(`${root}/lighthouse/web/app1:9`).then((read) => read.owner);
    const session = await eventually(owner);
    count.take();
    proxy.hang();
    await eventually(async () => expect(await server.client.has(`${root}/lighthouse/web/app1:9`)).toBe(false));
    await server.client.remove(`${root}/lighthouse/web/app1:1`);
    await proxy.restore();
    await eventually(() => expect(reported.isRegistered()).toBe(true));
    await eventually(() =>
      expect(watched.records().map(({ source }) => source.split(":")[1])).toEqual(["2", "3", "4", "5", "9"]),
    );
    await eventually(() => expect(watched.isLost()).toBe(false));
    for (const record of watched.records().slice(0, 4)) expect(before).toContain(record);
    await eventually(async () => expect(await owner()).not.toBe(session));
    expect(count.take()["getData"]).toBeGreaterThanOrEqual(5);
  });

  it("carries all clusters and services of an instance", async () => {
    const root = await filled();
    const proxy = await server.newProxy();
    const discovery = discoveryWith({ hosts: [`127.0.0.1:${proxy.port}${root}`] });
    const watches = ["web", "web", "db", "cache"].map((cluster) => watch(discovery, cluster));
    const reports = [1, 2, 3].map((port) => report(discovery, "cache", node(port)));
    await eventually(() => expect(watches.map(({ records }) => records().length)).toEqual([5, 5, 0, 3]));
    expect(reports.map(({ isRegistered }) => isRegistered())).toEqual([true, true, true]);
    expect(proxy.accepted).toBe(1);
  });

  it("ends with its instance: nothing of it is left on the server", async () => {
    const root = await filled();
    const discovery = discoveryWith({ hosts: server.ensemble.hosts.map((host) => `${host}${root}`) });
    const reported = report(discovery, "web", node(9));
    await eventually(() => expect(reported.isRegistered()).toBe(true));
    const sessions = async (): Promise<number> =>
      Number((await server.ensemble.servers[0]?.figures())?.["zk_num_alive_connections"]);
    const before = await sessions();
    expect(await reported.stop()).toBeUndefined();
    await discovery.stop();
    await discovery.stop();
    expect(await server.client.has(`${root}/lighthouse/web/app1:9`)).toBe(false);
    await eventually(async () => expect(await sessions()).toBe(before - 1));
  });
});
