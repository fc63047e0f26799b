import { join } from "node:path";
import type { Cluster, Node, SyncResult } from "@lighthouse-sd/core";
import { haproxyStats, httpGet, requireServer, startHttpLoad, waitFor } from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import type { HAProxyBlock } from "../src/config/haproxy-config.js";
import { body, cluster, freePort, type Live, live, node, reloads } from "./live-haproxy.js";
import { type RecordingServer, recordingServer } from "./recording-server.js";

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Nothing is tried twice: a request that reaches a dead server fails. */
const DEFAULTS = ["mode http", "retries 0", "timeout connect 1s", "timeout client 20s", "timeout server 20s"];
/** Its servers are in this process: one that answers late, because this process stood still, is not down. */
const CHECKED: Partial<HAProxyBlock> = {
  backend: ["option httpchk", "timeout check 20s"],
  server_options: "check inter 200ms",
};

/** A cluster `web` of servers that record what they are asked, on a real HAProxy. */
class Web {
  readonly port: number;
  readonly results: SyncResult[] = [];
  readonly #harness: Live;
  readonly #config: HAProxyBlock;

  constructor(harness: Live, port: number, block: Partial<HAProxyBlock>) {
    this.#harness = harness;
    this.port = port;
    this.#config = cluster("web", { ...block, port }, []).config;
  }

  /** The engine gives the same block as long as its file has not changed. */
  #with(nodes: readonly Node[]): Cluster<HAProxyBlock> {
    return { name: "web", metaCluster: null, config: this.#config, nodes, live: true };
  }

  static async serving(block: Partial<HAProxyBlock>, nodes: readonly Node[]): Promise<Web> {
    const harness = await live({ defaults: DEFAULTS }, 0);
    endings.push(() => harness.end());
    const web = new Web(harness, await freePort(), block);
    await web.sync(nodes);
    return web;
  }

  async sync(nodes: readonly Node[]): Promise<SyncResult> {
    const result = await this.#harness.sync([this.#with(nodes)]);
    this.results.push(result);
    return result;
  }

  /** Syncs as often as it is asked for again, until `condition` is met. */
  async syncUntil(what: string, nodes: readonly Node[], condition: () => boolean | Promise<boolean>): Promise<void> {
    const same = this.#with(nodes);
    await waitFor(
      async () => {
        this.results.push(await this.#harness.sync([same]));
        return await condition();
      },
      { what },
    );
  }

  /** The status of each server, by port. */
  async servers(): Promise<Readonly<Record<number, string>>> {
    const lines = await haproxyStats(join(this.#harness.directory, "haproxy.sock"));
    const servers = lines.filter(({ proxy, address }) => proxy === "web" && address !== "");
    return Object.fromEntries(servers.map(({ address, status }) => [Number(address.split(":").at(-1)), status]));
  }

  reloads(): number {
    return this.results.flatMap((result) => reloads(result)).length;
  }

  /** A request that is answered when its server is told to. */
  async slowRequest(server: RecordingServer): Promise<{ readonly answer: Promise<string> }> {
    const pending: Promise<string>[] = [];
    // Who gets it is for HAProxy to say; those that others got are answered at once.
    while (server.waiting === 0) {
      const answer = httpGet({ port: this.port, path: "/slow", timeoutMs: 15_000 }).then(
        ({ status, body: text }) => (status === 200 ? text : `status ${status}`),
        (error: Error) => `failed: ${error.message}`,
      );
      pending.push(answer);
      const seen = servers.reduce((sum, { waiting }) => sum + waiting, 0);
      await waitFor(() => servers.reduce((sum, { waiting }) => sum + waiting, 0) > seen, {
        what: "the slow request to reach a server",
      });
    }
    for (const other of servers) if (other !== server) other.release();
    const answer = pending.at(-1);
    if (answer === undefined) throw new Error(`${server.name} has a slow request already`);
    await Promise.all(pending.slice(0, -1));
    return { answer };
  }
}

let servers: readonly RecordingServer[] = [];

async function startServers(...names: readonly string[]): Promise<readonly RecordingServer[]> {
  servers = await Promise.all(names.map((name) => recordingServer(name)));
  for (const server of servers) endings.push(() => server.stop());
  return servers;
}

async function started(...names: readonly [string, string]): Promise<readonly [RecordingServer, RecordingServer]> {
  const [first, second] = await startServers(...names);
  if (first === undefined || second === undefined) throw new Error("startServers gave too few");
  return [first, second];
}

describe.skipIf(!requireServer("haproxy"))("a node that comes under load", () => {
  test("gets no request before its first check passed, and then its share", async () => {
    const [app1, app2] = await started("app1", "app2");
    app2.healthy = false;
    const web = await Web.serving(CHECKED, [node(app1.port)]);
    const load = startHttpLoad({
      port: web.port,
      freshPerSecond: 150,
      keepAliveConnections: 10,
      keepAlivePerSecond: 150,
    });
    const both = [node(app1.port), node(app2.port)];
    await web.sync(both);
    const soon = load.answered + 200;
    await web.syncUntil("200 answers without the new node", both, () => load.answered >= soon);
    expect(app2.seen).toEqual([]);
    app2.healthy = true;
    await web.syncUntil("the new node to serve", both, () => app2.requests >= 20);
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect(app2.seen[0]).toBe("passed check");
    expect(web.reloads()).toBe(0);
  });

  test("costs no request where it is dead, and is known as down", async () => {
    const [app1, app2] = await started("app1", "app2");
    const web = await Web.serving(CHECKED, [node(app1.port)]);
    const dead = await freePort();
    const all = [node(app1.port), node(app2.port), node(dead)];
    const load = startHttpLoad({
      port: web.port,
      freshPerSecond: 150,
      keepAliveConnections: 10,
      keepAlivePerSecond: 150,
    });
    await web.syncUntil("the dead node to be down, the living one up", all, async () => {
      const found = await web.servers();
      return found[dead] === "DOWN" && found[app2.port] === "UP";
    });
    const soon = load.answered + 100;
    await web.syncUntil("100 more answers", all, () => load.answered >= soon);
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect(web.results.at(-1)).toMatchObject({ converged: true });
    expect(web.reloads()).toBe(0);
  });
});

describe.skipIf(!requireServer("haproxy"))("a node that leaves under load", () => {
  test("gets no new work, finishes what it has, and then is deleted", async () => {
    const [app1, app2] = await started("app1", "app2");
    // HAProxy deletes a server only when it has no idle connection left.
    const web = await Web.serving({ server_options: "pool-purge-delay 200ms" }, [node(app1.port), node(app2.port)]);
    const slow = await web.slowRequest(app2);
    const load = startHttpLoad({
      port: web.port,
      freshPerSecond: 100,
      keepAliveConnections: 10,
      keepAlivePerSecond: 100,
    });
    await waitFor(() => load.answered > 50, { what: "50 answers" });
    const left = [node(app1.port)];
    const first = await web.sync(left);
    expect(first).toMatchObject({ converged: true });
    expect(first.syncAgainMs).toBeLessThan(1000);
    // What HAProxy had given to it before may still wait to be read in this process.
    const read = load.answered + 40;
    await web.syncUntil("40 more answers", left, () => load.answered >= read);
    const before = app2.requests;
    const soon = load.answered + 100;
    await web.syncUntil("100 more answers", left, () => load.answered >= soon);
    expect(app2.requests).toBe(before);
    expect(Object.keys(await web.servers())).toContain(String(app2.port));
    app2.release();
    expect(await slow.answer).toBe("app2");
    await web.syncUntil("it to be deleted", left, async () => !(app2.port in (await web.servers())));
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect(web.results.flatMap(({ changes }) => changes).filter(({ code }) => code === "remove")).toHaveLength(1);
    expect(web.reloads()).toBe(0);
  });

  test("is shut down with what it still has once its drain is over, and not before", async () => {
    const [app1, app2] = await started("app1", "app2");
    const web = await Web.serving({ drain: "700ms" }, [node(app1.port), node(app2.port)]);
    const slow = await web.slowRequest(app2);
    let endedAt = Number.POSITIVE_INFINITY;
    void slow.answer.then(() => {
      endedAt = performance.now();
    });
    const began = performance.now();
    await web.syncUntil("it to be deleted", [node(app1.port)], async () => !(app2.port in (await web.servers())));
    expect(await slow.answer).not.toBe("app2");
    expect(endedAt - began).toBeGreaterThanOrEqual(700);
    expect(web.reloads()).toBe(0);
  });

  test("goes at once where its cluster's drain is 0s", async () => {
    const [app1, app2] = await started("app1", "app2");
    const web = await Web.serving({ drain: "0s" }, [node(app1.port), node(app2.port)]);
    const slow = await web.slowRequest(app2);
    await web.sync([node(app1.port)]);
    expect(await slow.answer).not.toBe("app2");
    await web.syncUntil("it to be deleted", [node(app1.port)], async () => !(app2.port in (await web.servers())));
    expect(web.reloads()).toBe(0);
  });

  test.each([
    ["without checks", {}],
    ["with checks", CHECKED],
    [
      "with checks and sessions that end when it is down",
      { ...CHECKED, server_options: "check inter 200ms on-marked-down shutdown-sessions" },
    ],
  ])("is kept without a gap where it comes back before that, %s", async (_, block) => {
    const [app1, app2] = await started("app1", "app2");
    const both = [node(app1.port), node(app2.port)];
    const web = await Web.serving(block, both);
    await web.syncUntil("both to serve", both, async () => {
      for (let count = 0; count < 4; count++) await body(web.port);
      return app1.requests > 0 && app2.requests > 0;
    });
    const slow = await web.slowRequest(app2);
    await web.sync([node(app1.port)]);
    const before = app2.requests;
    for (let count = 0; count < 6; count++) expect(await body(web.port)).toBe("app1");
    const result = await web.sync(both);
    expect(result.converged).toBe(true);
    expect(result.changes[0]).toMatchObject({ code: "change", action: "kept: it came back" });
    for (let count = 0; count < 6; count++) await body(web.port);
    expect(app2.requests).toBe(before + 3);
    app2.release();
    expect(await slow.answer).toBe("app2");
    expect(web.reloads()).toBe(0);
  });
});
