import { serializeNode } from "@lighthouse-sd/core";
import { eventually, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { discoveryWith, node, watch } from "./support/discovering.js";
import { oneServer } from "./support/one-server.js";
import { RequestCount } from "./support/request-count.js";

const FULL = process.env["LIGHTHOUSE_TEST_FULL"] === "1";
const NODES = 5000;
const CHANGES = FULL ? 10_000 : 2000;
const AT_ONCE = 100;

describe.skipIf(!requireServer("zookeeper"))(`${NODES} nodes in one cluster`, () => {
  const server = oneServer();

  const inBatches = async (items: readonly number[], work: (item: number) => Promise<void>): Promise<void> => {
    for (let at = 0; at < items.length; at += AT_ONCE) await Promise.all(items.slice(at, at + AT_ONCE).map(work));
  };
  const ports = Array.from({ length: NODES }, (_, index) => index + 1);

  it(`are read once each; one change reads one record; after ${CHANGES} changes nothing was missed, and memory is flat`, async () => {
    const root = await server.newRoot();
    const base = `${root}/lighthouse/web`;
    await server.client.makePath(base);
    const put = (port: number): Promise<void> =>
      server.client.create(`${base}/app1:${port}`, serializeNode(node(port)));
    await inBatches(ports, put);

    const count = new RequestCount();
    const proxy = await server.newProxy(count.onBytes);
    const watched = watch(discoveryWith({ hosts: [`127.0.0.1:${proxy.port}`], path: `${root}/lighthouse` }), "web");
    await eventually(() => expect(watched.records()).toHaveLength(NODES));
    expect(watched.answers).toHaveLength(1);
    expect(count.take()).toEqual({ sync: 1, getChildren: 1, getData: NODES });

    await server.client.set(`${base}/app1:77`, serializeNode(node(77, { weight: 1 })));
    await eventually(() => expect(watched.answers).toHaveLength(2));
    expect(count.take()).toEqual({ getData: 1 });
    await put(NODES + 1);
    await eventually(() => expect(watched.records()).toHaveLength(NODES + 1));
    expect(count.take()).toEqual({ getChildren: 1, getData: 1 });
    await server.client.remove(`${base}/app1:${NODES + 1}`);
    await eventually(() => expect(watched.records()).toHaveLength(NODES));
    expect(count.take()["getChildren"]).toBe(1);

    const before = heapAtRest();
    const unchanged = new Set(watched.records());
    const changes = Array.from({ length: CHANGES }, (_, index) => index);
    await inBatches(changes, async (index) => {
      const port = 1 + ((index * 7919) % 2500);
      const path = `${base}/app1:${port}`;
      if (index % 3 === 0)
        await server.client.set(path, serializeNode(node(port, { round: index }))).catch(ignoreMissing);
      else if (index % 3 === 1) await server.client.remove(path);
      else await put(port).catch(() => undefined);
      watched.answers.splice(0, watched.answers.length - 1);
    });
    await server.client.create(`${base}/zz-last`, "");
    await eventually(() => expect(watched.records().at(-1)?.source).toBe(`${base}/zz-last`));
    const stands = new Map<string, string>();
    const names = await server.client.children(base);
    await Promise.all(
      names.map(async (name) => stands.set(`${base}/${name}`, (await server.client.read(`${base}/${name}`)).text)),
    );
    await eventually(() => {
      expect(new Map(watched.records().map(({ source, value }) => [source, value]))).toEqual(stands);
    });
    const kept = watched.records().filter((record) => unchanged.has(record));
    expect(kept.length).toBeGreaterThanOrEqual(2500);
    watched.answers.splice(0, watched.answers.length - 1);
    unchanged.clear();
    stands.clear();
    expect(heapAtRest() - before).toBeLessThan(20_000_000);
  }, 300_000);
});

function ignoreMissing(error: unknown): void {
  if (!/NO_NODE/.test(String(error))) throw error;
}

/** Bytes in use after a collection. */
function heapAtRest(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
