import type { DiscoveryRecord } from "@lighthouse-sd/core";
import { parseNode, serializeNode } from "@lighthouse-sd/core";
import { type EtcdCluster, eventually, requireServer, startEtcd } from "@lighthouse-sd/test-servers";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { discoveryFor, node, watch } from "./discovering.js";

const FULL = process.env["LIGHTHOUSE_TEST_FULL"] === "1";
const CHANGES = FULL ? 10_000 : 2_000;
const NODES = 5_000;
/** Keys changed in one request: etcd takes 128. */
const BATCH = 100;

const keyOf = (port: number): string => `/lighthouse/web/app1:${port}`;

describe.skipIf(!requireServer("etcd"))(`a cluster of ${NODES} nodes`, () => {
  let etcd: EtcdCluster;
  beforeEach(async () => {
    etcd = await startEtcd();
    onTestFinished(() => etcd.stop());
    for (let first = 1; first <= NODES; first += BATCH) {
      const ports = Array.from({ length: BATCH }, (_, index) => first + index);
      await etcd.gateway.change(Object.fromEntries(ports.map((port) => [keyOf(port), serializeNode(node(port))])));
    }
  });

  test("is read once, in pages; a change then is one event and no read", async () => {
    const before = await etcd.gateway.requests();
    const discovery = discoveryFor({ hosts: etcd.hosts });
    const watched = watch(discovery, "web");
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(watched.answers[0]?.length).toBe(NODES);
    await etcd.gateway.put(keyOf(7), serializeNode(node(7, { weight: 1 })));
    await eventually(() => expect(watched.answers.length).toBe(2));
    const after = await etcd.gateway.requests();
    // One read proves the member, five are the pages.
    expect((after["Range"] ?? 0) - (before["Range"] ?? 0)).toBe(6);
    expect((after["Watch"] ?? 0) - (before["Watch"] ?? 0)).toBe(1);
    const known = new Set(watched.answers[0]);
    expect(watched.answers[1]?.filter((record) => !known.has(record)).map(({ source }) => source)).toEqual([keyOf(7)]);
    expect(watched.losses).toEqual([]);
  });

  test(`misses none of ${CHANGES} changes, and memory stays flat`, { timeout: 300_000 }, async () => {
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.answers.length).toBe(1));
    const expected = new Map((watched.answers[0] ?? []).map(({ source, value }) => [source, value]));
    const change = async (round: number): Promise<void> => {
      const port = 1 + ((round * 7919) % (NODES * 2));
      const value = round % 3 === 0 ? null : serializeNode(node(port, { round }));
      if (value === null) await etcd.gateway.delete(keyOf(port));
      else await etcd.gateway.put(keyOf(port), value);
      if (value === null) expected.delete(keyOf(port));
      else expected.set(keyOf(port), value);
    };
    const run = async (from: number, to: number): Promise<number> => {
      for (let round = from; round < to; round += 16) {
        await Promise.all(Array.from({ length: Math.min(16, to - round) }, (_, index) => change(round + index)));
        // The lists of this test are not the plugin's.
        watched.answers.splice(0, watched.answers.length - 1);
      }
      await eventually(() => expect(isSame(watched.answers.at(-1) ?? [], expected)).toBe(true));
      return usedBytes();
    };
    const warm = await run(0, CHANGES / 2);
    const end = await run(CHANGES / 2, CHANGES);
    expect(watched.losses).toEqual([]);
    expect(end - warm).toBeLessThan(20_000_000);
  });
});

describe.skipIf(!requireServer("etcd"))("keys and values as they come", () => {
  let etcd: EtcdCluster;
  beforeEach(async () => {
    etcd = await startEtcd();
    onTestFinished(() => etcd.stop());
  });

  test("a value that is no node is a record like others, alone; the others are as they were", async () => {
    await etcd.gateway.put(keyOf(1), serializeNode(node(1)));
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.answers.length).toBe(1));
    await etcd.gateway.put(keyOf(2), Buffer.from([0xff, 0x00, 0x7b]));
    await eventually(() => expect(watched.answers.length).toBe(2));
    expect(watched.answers[1]?.[0]).toBe(watched.answers[0]?.[0]);
    expect(watched.answers[1]?.map(({ value }) => "node" in parseNode(value))).toEqual([true, false]);
    await etcd.gateway.put(keyOf(2), serializeNode(node(2)));
    await eventually(() =>
      expect(watched.answers.at(-1)?.map(({ value }) => "node" in parseNode(value))).toEqual([true, true]),
    );
  });

  test("a value that is written again as it was tells nothing new", async () => {
    await etcd.gateway.put(keyOf(1), serializeNode(node(1)));
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.answers.length).toBe(1));
    await etcd.gateway.put(keyOf(1), serializeNode(node(1)));
    await etcd.gateway.put(keyOf(2), serializeNode(node(2)));
    await eventually(() => expect(watched.answers.at(-1)?.length).toBe(2));
    expect(watched.answers.length).toBe(2);
    expect(watched.answers[1]?.[0]).toBe(watched.answers[0]?.[0]);
  });

  test("odd keys have sources of their own, and go again", async () => {
    const prefix = Buffer.from("/lighthouse/web/");
    const odd = [
      Buffer.from([0xff]),
      Buffer.from([0xfe]),
      Buffer.from("\n"),
      Buffer.from("\\n"),
      Buffer.from("a b"),
      Buffer.from("größe:80"),
      Buffer.from("deeper/app1:80"),
      Buffer.from(""),
      Buffer.from("\u202e"),
      Buffer.from("\ufffd"),
    ].map((name) => Buffer.concat([prefix, name]));
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.answers.length).toBe(1));
    for (const key of odd) await etcd.gateway.put(key, serializeNode(node(1)));
    await eventually(() => expect(watched.answers.at(-1)?.length).toBe(odd.length));
    const sources = (watched.answers.at(-1) ?? []).map(({ source }) => source.slice(prefix.length));
    expect(sources).toEqual([
      ...["\\xff", "\\xfe", "\\x0a", "\\x5cn", "a\\x20b", "größe:80", "deeper/app1:80", ""],
      ...["\\xe2\\x80\\xae", "\\xef\\xbf\\xbd"],
    ]);
    for (const key of odd) await etcd.gateway.delete(key);
    await eventually(() => expect(watched.newest()).toEqual({}));
  });

  test("neighbours of a cluster are not in it", async () => {
    for (const key of [
      "/lighthouse/web",
      "/lighthouse/web2/a",
      "/lighthouse/web0",
      "/lighthouse/we/a",
      "/lighthouse/web.a/a",
    ])
      await etcd.gateway.put(key, serializeNode(node(1)));
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web");
    await eventually(() => expect(watched.answers).toEqual([[]]));
  });

  test("records of gRPC's naming are read below a prefix of their own", async () => {
    await etcd.gateway.put("/services/greeter/10.0.0.5:80", '{"Op":0,"Addr":"10.0.0.5:80","Metadata":{"weight":5}}');
    await etcd.gateway.put("/services/greeter/gone", '{"Op":1,"Addr":"10.0.0.6:80"}');
    const watched = watch(discoveryFor({ hosts: etcd.hosts }), "web", { prefix: "/services/greeter/", format: "grpc" });
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(watched.newest()).toEqual({
      "/services/greeter/10.0.0.5:80": { ip: "10.0.0.5", port: "80", metadata: { weight: 5 } },
    });
    await etcd.gateway.put("/services/greeter/gone", '{"Op":0,"Addr":"10.0.0.6:80"}');
    await eventually(() => expect(watched.answers.at(-1)?.length).toBe(2));
  });
});

function isSame(list: readonly DiscoveryRecord[], expected: ReadonlyMap<string, unknown>): boolean {
  return list.length === expected.size && list.every(({ source, value }) => expected.get(source) === value);
}

/** Bytes that are in use, after what is not was collected where this process may do so. */
function usedBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
