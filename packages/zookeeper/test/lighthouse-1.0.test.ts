import { parseNode } from "@lighthouse-sd/core";
import { eventually, requireServer, zookeeperCli } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { discoveryWith, report, watch } from "./support/discovering.js";
import { oneServer } from "./support/one-server.js";

/** What Lighthouse 1.0.0 writes: Python's json.dumps(…, sort_keys=True), JSON inside the JSON. */
const RECORDS = [
  String.raw`{"host": "app01.example.com", "ip": "10.0.0.5", "metadata": "{\"az\": \"a\", \"role\": \"master\"}", "peer": "{\"ip\": \"10.0.0.5\", \"name\": \"app01.example.com\", \"port\": 1024}", "port": 8000}`,
  `{"host": "app01.example.com", "ip": "10.0.0.5", "metadata": "{}", "peer": null, "port": 8001}`,
  String.raw`{"host": "app01.example.com", "ip": "10.0.0.5", "metadata": "{\"b\": [1, 2.5, true, null], \"\\u00fc\": \"\\ud83d\\ude00\\n\"}", "peer": null, "port": 8002}`,
];

describe.skipIf(!requireServer("zookeeper"))("beside Lighthouse 1.0.0 on one ensemble", () => {
  const server = oneServer();

  it.each(RECORDS)("registers a node byte for byte: %s", async (record) => {
    const root = await server.newRoot();
    const parsed = parseNode(record);
    if ("reason" in parsed) throw new Error(parsed.reason);
    const { node } = parsed;
    const discovery = discoveryWith({ hosts: server.ensemble.hosts, path: `${root}/lighthouse` });
    const reported = report(discovery, "webapp", node);
    await eventually(() => expect(reported.isRegistered()).toBe(true));
    const path = `${root}/lighthouse/webapp/app01.example.com:${node.port}`;
    expect((await server.client.read(path)).text).toBe(record);
    const shown = await zookeeperCli(server.ensemble.hosts[0] ?? "", [`get -s ${path}`]);
    expect(shown.split("\n")).toContain(record);
    expect(shown).toMatch(/ephemeralOwner = 0x[0-9a-f]{6,}/);
  });

  it("reads what 1.0.0 has registered, as it stands there", async () => {
    const root = await server.newRoot();
    await server.client.makePath(`${root}/lighthouse/webapp`);
    for (const [index, record] of RECORDS.entries()) {
      await server.client.create(`${root}/lighthouse/webapp/app01.example.com:${8000 + index}`, record, {
        ephemeral: true,
      });
    }
    // With the chroot where 1.0.0 takes it: after the last host.
    const hosts = ["127.0.0.1:1", `${server.ensemble.hosts[0]}${root}`];
    const watched = watch(discoveryWith({ hosts, path: "lighthouse/" }), "webapp");
    await eventually(() => expect(watched.records().map(({ value }) => value)).toEqual(RECORDS));
  });

  it("takes a node over from 1.0.0's reporter, and does not take it back from one", async () => {
    const root = await server.newRoot();
    const path = `${root}/lighthouse/webapp/app01.example.com:8000`;
    const [record = ""] = RECORDS;
    const parsed = parseNode(record);
    if ("reason" in parsed) throw new Error(parsed.reason);
    await server.client.makePath(`${root}/lighthouse/webapp`);
    await server.client.create(path, record, { ephemeral: true });
    const before = await server.client.read(path);
    const discovery = discoveryWith({ hosts: server.ensemble.hosts, path: `${root}/lighthouse` });
    const watched = watch(discovery, "webapp");
    await eventually(() => expect(watched.records()).toHaveLength(1));
    const reported = report(discovery, "webapp", parsed.node);
    await eventually(() => expect(reported.isRegistered()).toBe(true));
    const after = await server.client.read(path);
    expect(after.owner).not.toBe(before.owner);
    // As 1.0.0 does when its node is another session's.
    await server.client.replace(path, record);
    await eventually(() => expect(reported.told.length).toBeGreaterThan(1));
    expect(reported.isRegistered()).toBe(true);
    expect((await server.client.read(path)).owner).toBe(0n);
    expect(await reported.stop()).toBeUndefined();
    expect((await server.client.read(path)).text).toBe(record);
    expect(watched.answers.map(({ length }) => length)).not.toContain(0);
  });
});
