import { serializeNode } from "@lighthouse-sd/core";
import {
  eventually,
  requireServer,
  startZookeeper,
  type ZookeeperEnsemble,
  type ZookeeperServer,
} from "@lighthouse-sd/test-servers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { discoveryWith, node, report, watch } from "./support/discovering.js";
import { PlainClient } from "./support/plain-client.js";

describe.skipIf(!requireServer("zookeeper"))("an ensemble of three", () => {
  let ensemble: ZookeeperEnsemble;

  beforeEach(async () => {
    ensemble = await startZookeeper({ servers: 3 });
    const client = await new PlainClient(ensemble.servers[0]?.port ?? 0).connected();
    await client.makePath("/lighthouse/web");
    for (const port of [1, 2, 3]) await client.create(`/lighthouse/web/app1:${port}`, serializeNode(node(port)));
    await client.close();
  });
  afterEach(() => ensemble.stop());

  /** How many clients each server has, the one that asks included. */
  const clients = (): Promise<readonly number[]> =>
    Promise.all(ensemble.servers.map(async (server) => Number((await server.figures())["zk_num_alive_connections"])));

  /** `leader` or `follower`; undefined: it has no quorum. Rejects where it does not run. */
  const stateOf = async (server: ZookeeperServer): Promise<string | undefined> =>
    (await server.figures())["zk_server_state"];

  it("loses the server that is used: another one takes the session on, with its nodes and watches", async () => {
    const before = await clients();
    const discovery = discoveryWith({ hosts: ensemble.hosts, session_timeout: "6s" });
    const [watched, reported] = [watch(discovery, "web"), report(discovery, "web", node(9))];
    await eventually(() => expect([watched.records().length, reported.isRegistered()]).toEqual([4, true]));
    const used = (await clients()).findIndex((count, index) => count > (before[index] ?? 0));
    const other = ensemble.servers[(used + 1) % 3];
    const client = await new PlainClient(other?.port ?? 0).connected();
    const { owner } = await client.read("/lighthouse/web/app1:9");
    await ensemble.servers[used]?.kill();
    await eventually(() => client.create("/lighthouse/web/app1:4", serializeNode(node(4))).catch(() => undefined));
    await eventually(() => expect(watched.records()).toHaveLength(5));
    expect((await client.read("/lighthouse/web/app1:9")).owner).toBe(owner);
    expect(watched.answers.map(({ length }) => length).every((length) => length >= 3)).toBe(true);
    await client.close();
  });

  it("loses its quorum: told as lost, never as empty, and live again by itself when the quorum is back", async () => {
    const discovery = discoveryWith({ hosts: ensemble.hosts, session_timeout: "3s" });
    const [watched, reported] = [watch(discovery, "web"), report(discovery, "other", node(9))];
    await eventually(() => expect([watched.records().length, reported.isRegistered()]).toEqual([3, true]));
    await Promise.all(ensemble.servers.slice(1).map((server) => server.kill()));
    await eventually(() => expect([watched.isLost(), reported.isRegistered()]).toEqual([true, false]));
    await eventually(() => expect(watched.losses.join("\n")).toMatch(/has no quorum|refuses connections/));
    await Promise.all(ensemble.servers.slice(1).map((server) => server.start()));
    await eventually(() => expect([watched.isLost(), reported.isRegistered()]).toEqual([false, true]));
    expect(watched.answers.map(({ length }) => length)).not.toContain(0);
  });

  it("whose leader can write to its disk no more: another one leads, and members stand", async () => {
    const discovery = discoveryWith({ hosts: ensemble.hosts, session_timeout: "6s" });
    const [watched, reported] = [watch(discovery, "web"), report(discovery, "web", node(9))];
    await eventually(() => expect([watched.records().length, reported.isRegistered()]).toEqual([4, true]));
    const states = await Promise.all(ensemble.servers.map(stateOf));
    const leader = ensemble.servers[states.indexOf("leader")];
    const others = ensemble.servers.filter((server) => server !== leader);
    const other = others[0];
    leader?.fillDisk();
    const client = new PlainClient(other?.port ?? 0);
    await client.connected();
    await client.create("/lighthouse/web/app1:4", serializeNode(node(4)));
    await eventually(() => expect(watched.records()).toHaveLength(5));
    await eventually(() => expect([watched.isLost(), reported.isRegistered()]).toEqual([false, true]));
    // The one that led has ended, or follows for as long as there is nothing to write.
    await eventually(async () => expect(await Promise.all(others.map(stateOf))).toContain("leader"));
    expect(watched.answers.every(({ length }) => length >= 3)).toBe(true);
    await client.close();
  });

  it("that is down altogether says the same for as long as it is", async () => {
    const watched = watch(discoveryWith({ hosts: ensemble.hosts }), "web");
    await eventually(() => expect(watched.records()).toHaveLength(3));
    await Promise.all(ensemble.servers.map((server) => server.kill()));
    const wanted = ensemble.hosts.map((host) => `ZooKeeper ${host} refuses connections (ECONNREFUSED)`).join("; ");
    await eventually(() => expect(watched.losses.at(-1)).toBe(wanted));
    const told = watched.losses.length;
    const late = watch(discoveryWith({ hosts: ensemble.hosts }), "web");
    await eventually(() => expect(late.losses).toEqual([wanted]));
    // The rounds that the other one has tried meanwhile have said nothing new.
    expect(watched.losses).toHaveLength(told);
  });
});
