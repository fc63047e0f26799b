import { serializeNode } from "@lighthouse-sd/core";
import { eventually, requireServer, startZookeeper, type ZookeeperEnsemble } from "@lighthouse-sd/test-servers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { discoveryWith, node, report, type Watched, watch } from "./support/discovering.js";
import { portOf } from "./support/one-server.js";
import { PlainClient } from "./support/plain-client.js";

describe.skipIf(!requireServer("zookeeper"))("a ZooKeeper that fails", () => {
  let ensemble: ZookeeperEnsemble;
  let client: PlainClient;

  beforeEach(async () => {
    ensemble = await startZookeeper();
    client = await new PlainClient(portOf(ensemble)).connected();
    await client.makePath("/lighthouse/web");
    for (const port of [1, 2, 3]) await client.create(`/lighthouse/web/app1:${port}`, serializeNode(node(port)));
  });
  afterEach(async () => {
    await client.close();
    await ensemble.stop();
  });

  const neverEmpty = (watched: Watched): void => {
    expect(watched.answers.map((answer) => answer.length)).not.toContain(0);
  };

  it("killed and started again: members stand, what changed meanwhile is found, unchanged records are the same", async () => {
    const watched = watch(discoveryWith({ hosts: ensemble.hosts, session_timeout: "4s" }), "web");
    await eventually(() => expect(watched.records()).toHaveLength(3));
    const before = watched.records();
    await ensemble.servers[0]?.kill();
    await eventually(() => expect(watched.losses.at(-1)).toMatch(/ZooKeeper 127.0.0.1:\d+ refuses connections/));
    await ensemble.servers[0]?.start();
    await ensemble.servers[0]?.serves();
    await client.create("/lighthouse/web/app1:4", serializeNode(node(4)));
    await eventually(() => expect(watched.records()).toHaveLength(4));
    expect(before.every((record, index) => record === watched.records()[index])).toBe(true);
    neverEmpty(watched);
  });

  it("stopped with SIGSTOP: told as lost in limited time, again live when it goes on", async () => {
    const discovery = discoveryWith({ hosts: ensemble.hosts, session_timeout: "3s" });
    const watched = watch(discovery, "web");
    const reported = report(discovery, "other", node(9));
    await eventually(() => expect([watched.records().length, reported.isRegistered()]).toEqual([3, true]));
    ensemble.servers[0]?.pause();
    await eventually(() => expect(watched.losses[0]).toMatch(/has not answered for \d+ ms/));
    await eventually(() => expect(watched.losses.at(-1)).toMatch(/did not answer within 1000 ms/));
    expect(reported.isRegistered()).toBe(false);
    ensemble.servers[0]?.resume();
    await eventually(() => expect([watched.isLost(), reported.isRegistered()]).toEqual([false, true]));
    neverEmpty(watched);
  });

  it("one that is stopped from the start is told as lost, not as empty", async () => {
    ensemble.servers[0]?.pause();
    const watched = watch(discoveryWith({ hosts: ensemble.hosts }), "web");
    await eventually(() => expect(watched.losses).toHaveLength(1));
    ensemble.servers[0]?.resume();
    await eventually(() => expect(watched.records()).toHaveLength(3));
    neverEmpty(watched);
  });

  it("restarted empty: the session that it never had is given up, and everybody registers again", async () => {
    const discovery = discoveryWith({ hosts: ensemble.hosts, session_timeout: "2s" });
    const watched = watch(discovery, "web");
    const reported = report(discovery, "web", node(9));
    await eventually(() => expect([watched.records().length, reported.isRegistered()]).toEqual([4, true]));
    await client.close();
    await ensemble.restartEmpty();
    await eventually(() => expect(watched.losses.at(-1)).toMatch(/closed the connection without an answer/));
    await eventually(() => expect(watched.records().map(({ value }) => value)).toEqual([serializeNode(node(9))]));
    expect(reported.isRegistered()).toBe(true);
    client = await new PlainClient(portOf(ensemble)).connected();
    expect(await client.children("/lighthouse/web")).toEqual(["app1:9"]);
  });
});
