import { Agent } from "node:http";
import { join } from "node:path";
import type { Cluster, Node } from "@lighthouse-sd/core";
import {
  type HttpBackend,
  haproxyCommand,
  httpGet,
  httpServer,
  requireServer,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import type { HAProxyBlock } from "../src/config/haproxy-config.js";
import { cluster, freePort, type Live, live, node, reloads } from "./live-haproxy.js";

const KEYS = 400;

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A harness with so many web servers, and what its clusters need. */
async function serving(backends: number, backend: readonly string[]): Promise<Serving> {
  const harness = await live({}, backends);
  endings.push(() => harness.end());
  const port = await freePort();
  const { config } = cluster("web", { port, backend }, []);
  return { harness, port, web: (nodes) => ({ name: "web", metaCluster: null, config, nodes, live: true }) };
}

interface Serving {
  readonly harness: Live;
  readonly port: number;
  /** Cluster `web` with these nodes; its block is the same object each time, as the engine's is. */
  web(nodes: readonly Node[]): Cluster<HAProxyBlock>;
}

/** As `serving`, and its clients stick to who answered them first. */
async function sticking(backends: number): Promise<Serving & { owners(): Promise<Owners> }> {
  const site = await serving(backends, [
    "balance roundrobin",
    "stick-table type string len 32 size 10k expire 10m",
    "stick on hdr(x-client)",
  ]);
  const ask = async (client: string): Promise<string> =>
    (await httpGet({ port: site.port, headers: { "x-client": client } })).body;
  return { ...site, owners: () => answerers(ask, 40) };
}

function at({ backends }: Live, ...numbers: readonly number[]): readonly Node[] {
  return numbers.map((number) => node(backendOf(backends, number).port));
}

function backendOf(backends: readonly HttpBackend[], number: number): HttpBackend {
  const backend = backends[number - 1];
  if (backend === undefined) throw new Error(`no backend app${number}`);
  return backend;
}

/** Who answers for each key. */
async function answerers(ask: (key: string, agent: Agent) => Promise<string>, count = KEYS): Promise<Owners> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const owners = new Map<string, string>();
    for (let index = 0; index < count; index++) owners.set(`key${index}`, await ask(`key${index}`, agent));
    return owners;
  } finally {
    agent.destroy();
  }
}

type Owners = ReadonlyMap<string, string>;

/** The owners before and after of the keys that have moved. */
function moved(before: Owners, after: Owners): readonly { readonly from: string; readonly to: string }[] {
  return [...before].flatMap(([key, from]) => {
    const to = after.get(key) ?? "nobody";
    return from === to ? [] : [{ from, to }];
  });
}

function servers({ directory }: Live): Promise<string> {
  return haproxyCommand(join(directory, "haproxy.sock"), "show servers state web");
}

async function gone({ harness }: Serving, clusters: readonly Cluster<HAProxyBlock>[], port: number): Promise<void> {
  await waitFor(
    async () => {
      expect(reloads(await harness.sync(clusters))).toEqual([]);
      return !(await servers(harness)).includes(` ${port} `);
    },
    { what: "the server that left to be deleted", deadlineMs: 40_000 },
  );
}

describe.skipIf(!requireServer("haproxy"))("the keys of a consistent hash", () => {
  test("stay where they are over adds, removals, reloads and restarts, but for those of members that change", async () => {
    const site = await serving(5, ["balance uri", "hash-type consistent"]);
    const { harness, port, web } = site;
    const owners = (): Promise<Owners> =>
      answerers(async (key, agent) => (await httpGet({ port, path: `/${key}`, agent })).body);
    await harness.sync([web(at(harness, 1, 2, 3, 4))]);
    const four = await owners();
    expect(new Set(four.values()).size).toBe(4);

    expect(reloads(await harness.sync([web(at(harness, 1, 2, 3, 4, 5))]))).toEqual([]);
    const five = await owners();
    const toFive = moved(four, five);
    expect(toFive.length).toBeGreaterThan(0);
    expect(toFive.map(({ to }) => to)).toEqual(toFive.map(() => "app5"));

    const four1345 = web(at(harness, 1, 3, 4, 5));
    expect(reloads(await harness.sync([four1345]))).toEqual([]);
    const without = await owners();
    const fromTwo = moved(five, without);
    expect(fromTwo.length).toBe([...five.values()].filter((owner) => owner === "app2").length);
    expect(fromTwo.map(({ from }) => from)).toEqual(fromTwo.map(() => "app2"));

    // The file lists the members in another order than they were added to the process in.
    const other = cluster("other", { port: await freePort() }, at(harness, 1));
    expect(reloads(await harness.sync([other, four1345]))).toHaveLength(1);
    expect(moved(without, await owners())).toEqual([]);
    await harness.restart();
    expect((await harness.sync([other, four1345])).changes).toEqual([]);
    expect(moved(without, await owners())).toEqual([]);

    expect(reloads(await harness.sync([other, web(at(harness, 1, 2, 3, 4, 5))]))).toEqual([]);
    expect(moved(five, await owners())).toEqual([]);
  });

  test("stay over a reload where a weight was changed at run time", async () => {
    const { harness, port, web } = await serving(3, ["balance uri", "hash-type consistent"]);
    const owners = (): Promise<Owners> =>
      answerers(async (key, agent) => (await httpGet({ port, path: `/${key}`, agent })).body);
    await harness.sync([web(at(harness, 1, 2, 3))]);
    const equal = await owners();
    const heavy = web([node(backendOf(harness.backends, 1).port, { weight: 5 }), ...at(harness, 2, 3)]);
    expect(reloads(await harness.sync([heavy]))).toEqual([]);
    const weighted = await owners();
    const toFirst = moved(equal, weighted);
    expect(toFirst.length).toBeGreaterThan(0);
    expect(toFirst.map(({ to }) => to)).toEqual(toFirst.map(() => "app1"));
    const other = cluster("other", { port: await freePort() }, at(harness, 1));
    expect(reloads(await harness.sync([other, heavy]))).toHaveLength(1);
    expect(moved(weighted, await owners())).toEqual([]);
  });
});

describe.skipIf(!requireServer("haproxy"))("a stick table's entry", () => {
  test("never leads to a member that came after the one it was made for had left", async () => {
    const site = await sticking(3);
    const { harness, web, owners } = site;
    await harness.sync([web(at(harness, 1, 2))]);
    const before = await owners();
    expect(new Set(before.values())).toEqual(new Set(["app1", "app2"]));
    expect(moved(before, await owners())).toEqual([]);

    const left = [web(at(harness, 1))];
    await harness.sync(left);
    await gone(site, left, backendOf(harness.backends, 2).port);
    // With weight 0 it gets nothing but what an entry leads to it: one that is given the id of app2 gets its clients.
    const stranger = node(backendOf(harness.backends, 3).port, { weight: 0 });
    const result = await harness.sync([web([...at(harness, 1), stranger])]);
    expect(result).toMatchObject({ converged: true });
    expect(reloads(result)).toEqual([]);
    expect(new Set((await owners()).values())).toEqual(new Set(["app1"]));
  });

  test("leads to the member itself where that has left and come back", async () => {
    const site = await sticking(2);
    const { harness, web, owners } = site;
    await harness.sync([web(at(harness, 1, 2))]);
    const before = await owners();
    const left = [web(at(harness, 1))];
    await harness.sync(left);
    await gone(site, left, backendOf(harness.backends, 2).port);
    await harness.sync([web(at(harness, 1, 2))]);
    expect(moved(before, await owners())).toEqual([]);
  });
});

describe.skipIf(!requireServer("haproxy"))("an address", () => {
  test("that one member has left is taken by another without a reload, and both serve", async () => {
    const [first, second] = [await freePort(), await freePort()];
    const servers = await Promise.all([
      httpServer({ name: "a", port: second }),
      httpServer({ name: "b", port: first }),
    ]);
    for (const server of servers) endings.push(() => server.stop());
    const { harness, port, web } = await serving(1, ["balance roundrobin"]);
    const named = (name: string, to: number): Node => ({ ...node(to), name });
    await harness.sync([web([named("a:1", first)])]);
    const moves = await harness.sync([web([named("a:1", second)])]);
    const joins = await harness.sync([web([named("a:1", second), named("b:1", first)])]);
    expect([...reloads(moves), ...reloads(joins)]).toEqual([]);
    expect(joins.converged).toBe(true);
    const names = await answerers(async () => (await httpGet({ port })).body, 4);
    expect(new Set(names.values())).toEqual(new Set(["a", "b"]));

    const both = web([named("a:1", second), named("b:1", first)]);
    await harness.restart();
    expect(reloads(await harness.sync([both]))).toEqual([]);
    expect((await harness.sync([both])).changes).toEqual([]);
  });

  test("is taken by a member of another name without a reload while the one it had still leaves", async () => {
    const { harness, port, web } = await serving(1, ["balance roundrobin"]);
    const [app] = at(harness, 1);
    const named = (name: string): Node => ({ ...node(app?.port ?? 0), name });
    await harness.sync([web([named("before:1")])]);
    const result = await harness.sync([web([named("after:1")])]);
    expect(reloads(result)).toEqual([]);
    expect(result.converged).toBe(true);
    expect((await httpGet({ port })).body).toBe("app1");
    const both = web([named("after:1")]);
    await waitFor(
      async () => (await harness.sync([both])).converged && !(await servers(harness)).includes("before:1"),
      {
        what: "the one that left to be deleted",
        deadlineMs: 40_000,
      },
    );
    expect((await httpGet({ port })).body).toBe("app1");
  });
});
