import { type DiscoveryRecord, serializeNode } from "@lighthouse-sd/core";
import { eventually, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { discoveryWith, node, watch } from "./support/discovering.js";
import { oneServer } from "./support/one-server.js";

describe.skipIf(!requireServer("zookeeper"))("the members of a cluster", () => {
  const server = oneServer();

  it("that nobody has ever registered for are none, until somebody does", async () => {
    const root = await server.newRoot();
    const discovery = discoveryWith({ hosts: server.ensemble.hosts.map((host) => `${host}${root}/not/there`) });
    const watched = watch(discovery, "web");
    await eventually(() => expect(watched.answers).toEqual([[]]));
    await server.client.makePath(`${root}/not/there/lighthouse/web`);
    await server.client.create(`${root}/not/there/lighthouse/web/app1:1`, serializeNode(node(1)));
    await eventually(() => expect(watched.records()).toHaveLength(1));
    await server.client.remove(`${root}/not/there/lighthouse/web/app1:1`);
    await server.client.remove(`${root}/not/there/lighthouse/web`);
    await eventually(() => expect(watched.records()).toEqual([]));
    await server.client.makePath(`${root}/not/there/lighthouse/web`);
    await server.client.create(`${root}/not/there/lighthouse/web/app1:2`, serializeNode(node(2)));
    await eventually(() => expect(watched.records()[0]?.value).toBe(serializeNode(node(2))));
  });

  it("are told with what is no record among them, and mended ones again", async () => {
    const root = await server.newRoot();
    const base = `${root}/lighthouse/web`;
    await server.client.makePath(base);
    const odd = ["app1:1 ", "a;b#c", '"quoted"', "日本語", "{}", "x".repeat(200), "%2F", "app1:1"];
    for (const name of odd) await server.client.create(`${base}/${name}`, serializeNode(node(1)));
    await server.client.create(`${base}/empty`, "");
    await server.client.create(`${base}/binary`, "");
    await server.client.set(`${base}/binary`, Buffer.from([0xff, 0xfe, 0x00]));
    await server.client.create(`${base}/huge`, "x".repeat(200_000));
    const discovery = discoveryWith({ hosts: server.ensemble.hosts, path: `${root}/lighthouse` });
    const watched = watch(discovery, "web");
    await eventually(() => expect(watched.records()).toHaveLength(odd.length + 3));
    const recordOf = (name: string): DiscoveryRecord | undefined =>
      watched.records().find(({ source }) => source === `${base}/${name}`);
    const valueIn = (name: string): unknown => recordOf(name)?.value;
    for (const name of odd) expect(valueIn(name)).toBe(serializeNode(node(1)));
    expect(valueIn("empty")).toBe("");
    expect(recordOf("binary")).toMatchObject({ value: null, problem: "its 3 bytes of data are not UTF-8" });
    expect(valueIn("huge")).toHaveLength(65_537);
    await server.client.set(`${base}/binary`, serializeNode(node(2)));
    await eventually(() => expect(valueIn("binary")).toBe(serializeNode(node(2))));
    expect(recordOf("binary")).not.toHaveProperty("problem");
  });

  it("of other systems are read where a cluster's block says so", async () => {
    const root = await server.newRoot();
    await server.client.makePath(`${root}/nerve/web/services`);
    await server.client.create(
      `${root}/nerve/web/services/i-abc_0000000001`,
      '{"host":"10.0.0.5","port":8000,"name":"i-abc"}',
    );
    await server.client.makePath(`${root}/aurora/web`);
    await server.client.create(`${root}/aurora/web/vector_0000000001`, "{}");
    const member = (status: string): string =>
      JSON.stringify({ serviceEndpoint: { host: "10.0.0.6", port: 1 }, status });
    await server.client.create(`${root}/aurora/web/member_0000000001`, member("ALIVE"));
    await server.client.create(`${root}/aurora/web/member_0000000002`, member("STARTING"));
    const discovery = discoveryWith({ hosts: server.ensemble.hosts.map((host) => host + root) });
    const nerve = watch(discovery, "web", { path: "/nerve/web/services", format: "nerve" });
    const serverset = watch(discovery, "web", { path: "aurora/web", format: "serverset" });
    await eventually(() =>
      expect(nerve.records()).toMatchObject([{ value: { host: "i-abc", ip: "10.0.0.5", port: 8000 } }]),
    );
    await eventually(() => expect(serverset.records()).toMatchObject([{ value: { ip: "10.0.0.6" } }]));
    await server.client.set(`${root}/aurora/web/member_0000000002`, member("ALIVE"));
    await eventually(() => expect(serverset.records()).toHaveLength(2));
    await server.client.set(`${root}/aurora/web/member_0000000001`, member("DEAD"));
    await eventually(() => expect(serverset.records()).toHaveLength(1));
  });

  it.each(["..", "a/b", ""])("of a cluster called %j cannot be followed", async (cluster) => {
    const discovery = discoveryWith({ hosts: server.ensemble.hosts });
    const nobody = { records: () => undefined, lost: () => undefined };
    const watching = discovery.watch(cluster, null, nobody, { signal: new AbortController().signal });
    await expect(watching).rejects.toThrow(/cannot be a name in ZooKeeper/);
  });
});
