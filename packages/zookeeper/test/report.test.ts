import { serializeNode } from "@lighthouse-sd/core";
import { eventually, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { discoveryWith, node, report, watch } from "./support/discovering.js";
import { oneServer } from "./support/one-server.js";
import { RequestCount } from "./support/request-count.js";

describe.skipIf(!requireServer("zookeeper"))("a reported node", () => {
  const server = oneServer();
  const hostsBelow = (root: string): string[] => server.ensemble.hosts.map((host) => host + root);

  it("is changed in its place: the same znode with another value", async () => {
    const root = await server.newRoot();
    const count = new RequestCount();
    const proxy = await server.newProxy(count.onBytes);
    const discovery = discoveryWith({ hosts: [`127.0.0.1:${proxy.port}${root}`] });
    const path = `${root}/lighthouse/web/app1:9`;
    const first = report(discovery, "web", node(9));
    await eventually(() => expect(first.isRegistered()).toBe(true));
    const before = await server.client.read(path);
    count.take();
    expect(await first.stop(true)).toBeUndefined();
    const second = report(discovery, "web", node(9, { drain: true }));
    await eventually(() => expect(second.isRegistered()).toBe(true));
    expect(await server.client.read(path)).toEqual({
      text: serializeNode(node(9, { drain: true })),
      owner: before.owner,
      version: before.version + 1,
    });
    expect(count.take()).toEqual({ getData: 2, setData: 1 });
  });

  it("left by a session that is about to end is replaced in one step", async () => {
    const root = await server.newRoot();
    const seen = watch(discoveryWith({ hosts: hostsBelow(root) }), "web");
    const old = discoveryWith({ hosts: hostsBelow(root) });
    const first = report(old, "web", node(9));
    await eventually(() => expect(first.isRegistered()).toBe(true));
    await eventually(() => expect(seen.records()).toHaveLength(1));
    await first.stop(true);
    await old.stop();
    const count = new RequestCount();
    const proxy = await server.newProxy(count.onBytes);
    const young = report(discoveryWith({ hosts: [`127.0.0.1:${proxy.port}${root}`] }), "web", node(9, { weight: 3 }));
    await eventually(() => expect(young.isRegistered()).toBe(true));
    expect(count.take()).toMatchObject({ multi: 1 });
    await eventually(() => expect(seen.records()[0]?.value).toBe(serializeNode(node(9, { weight: 3 }))));
    expect(seen.answers.slice(1).map(({ length }) => length)).not.toContain(0);
  });

  it("taken over by another reporter is not fought for, and is registered again when that one leaves", async () => {
    const root = await server.newRoot();
    const path = `${root}/lighthouse/web/app1:9`;
    const first = report(discoveryWith({ hosts: hostsBelow(root) }), "web", node(9, { by: "first" }));
    await eventually(() => expect(first.isRegistered()).toBe(true));
    const second = report(discoveryWith({ hosts: hostsBelow(root) }), "web", node(9, { by: "second" }));
    await eventually(() => expect(second.isRegistered()).toBe(true));
    const { owner } = await server.client.read(path);
    await eventually(() => expect(first.told.at(-1)).toMatch(/was taken over by another reporter \(session 0x/));
    expect(await server.client.read(path)).toMatchObject({ owner, text: serializeNode(node(9, { by: "second" })) });
    expect(await second.stop()).toBeUndefined();
    await eventually(() => expect(first.isRegistered()).toBe(true));
    expect((await server.client.read(path)).text).toBe(serializeNode(node(9, { by: "first" })));
  });

  it("that somebody writes over is written again", async () => {
    const root = await server.newRoot();
    const path = `${root}/lighthouse/web/app1:9`;
    const reported = report(discoveryWith({ hosts: hostsBelow(root) }), "web", node(9));
    await eventually(() => expect(reported.isRegistered()).toBe(true));
    await server.client.set(path, "{}");
    await eventually(async () => expect((await server.client.read(path)).text).toBe(serializeNode(node(9))));
  });

  it("that could not be withdrawn is removed as soon as there is a connection again", async () => {
    const root = await server.newRoot();
    const path = `${root}/lighthouse/web/app1:9`;
    const proxy = await server.newProxy();
    const discovery = discoveryWith({ hosts: [`127.0.0.1:${proxy.port}${root}`], session_timeout: "60s" });
    const reported = report(discovery, "web", node(9));
    await eventually(() => expect(reported.isRegistered()).toBe(true));
    proxy.cut();
    expect(await reported.stop()).toMatch(
      /^cannot withdraw .*\/app1:9: ZooKeeper does not answer within 2500 ms; it goes/,
    );
    expect(await server.client.has(path)).toBe(true);
    await proxy.restore();
    await eventually(async () => expect(await server.client.has(path)).toBe(false));
  });

  it("has a service's and everything above it made where they are missing, to stay", async () => {
    const root = `${await server.newRoot()}/deep/er`;
    const reported = report(discoveryWith({ hosts: hostsBelow(root), path: "a/b/" }), "web", node(9));
    await eventually(() => expect(reported.isRegistered()).toBe(true));
    expect((await server.client.read(`${root}/a/b/web/app1:9`)).owner).not.toBe(0n);
    await reported.stop();
    expect(await server.client.read(`${root}/a/b/web`)).toMatchObject({ owner: 0n, text: "" });
  });

  it("cannot be written in the form of others", async () => {
    const root = await server.newRoot();
    const reported = report(discoveryWith({ hosts: hostsBelow(root), format: "nerve" }), "web", node(9));
    expect(await reported.stop()).toMatch(/reads records of nerve; it can write none/);
  });
});
