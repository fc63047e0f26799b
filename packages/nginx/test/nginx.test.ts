import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Cluster, Context, JsonObject, Node, SyncResult } from "@lighthouse-sd/core";
import {
  httpGet,
  httpServer,
  type NginxServer,
  prepareNginx,
  requireServer,
  tempDirectory,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import NginxBalancer from "../src/index.js";
import type { NginxBlock } from "../src/nginx-config.js";
import { HEADER, renderUpstream } from "../src/render-upstream.js";

const signal: AbortSignal = new AbortController().signal;
const ALONE = "server { listen 127.0.0.1:%PORT%; }";
const PROXY = "server { listen 127.0.0.1:%PORT%; location / { proxy_pass http://web; } }";
const BLOCK: NginxBlock = { method: "round_robin", zone: "auto" };
const OWED = ".lighthouse-reload-owed";

/** What looks like an nginx that takes its time: it has its first worker only a while after the files changed, and others
 * after a SIGHUP. Ends with a file `over`. */
const SLOW_MASTER = `
mkfifo open; exec 3<>open
work() { (exec -a "nginx: worker process" cat <&3 3>&-) & worker=$!; echo > "$1"; }
trap 'told=yes' HUP
echo $$ > nginx.pid
until [ -e upstreams/web.conf ] || [ ! -e nginx.pid ]; do sleep 0.05; done
sleep 0.5
work first
until [ -e over ] || [ ! -e nginx.pid ]; do
  if [ "$told" ]; then told=; old=$worker; work second; kill $old; fi
  sleep 0.05
done
kill $worker
`;

function node(port: number, metadata: JsonObject = {}): Node {
  return { name: `app:${port}`, host: "app", ip: "127.0.0.1", port, peer: null, metadata };
}

function cluster(name: string, nodes: readonly Node[] | null, block: Partial<NginxBlock> = {}): Cluster<NginxBlock> {
  return { name, metaCluster: null, config: { ...BLOCK, ...block }, nodes, live: true };
}

/** An nginx that does not run yet, and a balancer of it. */
async function site(http: string, config: JsonObject = {}): Promise<{ nginx: NginxServer; balancer: NginxBalancer }> {
  const directory = await tempDirectory("lhng");
  const nginx = await prepareNginx({ directory: directory.path, http: [http] });
  const context: Context = {
    name: "nginx",
    directory: directory.path,
    peer: { name: "host", ip: "127.0.0.1", port: 1024 },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    requestSync() {},
  };
  const balancer = new NginxBalancer(context);
  const own = { directory: "upstreams", config_file: "nginx.conf", pid_file: "nginx.pid", reload_interval: "off" };
  await balancer.applyConfig(NginxBalancer.validateConfig({ ...own, ...config }));
  onTestFinished(async () => {
    await balancer.stop({ signal });
    await nginx.stop();
    await directory.remove();
  });
  return { nginx, balancer };
}

function kinds({ changes }: SyncResult): readonly string[] {
  return changes.map(({ kind, code }) => `${kind} ${code}`);
}

async function fileText(nginx: NginxServer, name: string): Promise<string | undefined> {
  return readFile(join(nginx.upstreams, name), "utf8").catch(() => undefined);
}

async function backend(name: string): Promise<Node> {
  const server = await httpServer({ name });
  onTestFinished(() => server.stop());
  return node(server.port);
}

describe.skipIf(!requireServer("nginx"))("a running nginx", () => {
  it("sends requests to the members, and answers 502 where there are none", async () => {
    const { nginx, balancer } = await site(PROXY);
    const before = await balancer.syncFile([cluster("web", null)], { signal });
    expect(before).toMatchObject({ converged: false, problems: [{ path: ["pid_file"] }] });
    expect(before.problems?.[0]?.message).toContain("nginx is not running");
    await nginx.start();
    expect(kinds(await balancer.syncFile([cluster("web", null)], { signal }))).toEqual(["reload owed"]);
    expect((await httpGet({ port: nginx.port })).status).toBe(502);

    const nodes = [await backend("app1"), await backend("app2")];
    const plan = await balancer.plan([cluster("web", nodes)], { signal });
    expect(plan).toMatchObject([{ kind: "file" }, { kind: "reload" }]);
    expect(plan[0]?.diff).toContain(`+    server 127.0.0.1:${nodes[0]?.port};`);
    const result = await balancer.syncFile([cluster("web", nodes)], { signal });
    expect(result.converged).toBe(true);
    expect(kinds(result)).toEqual(["file members", "reload members"]);
    const bodies = new Set<string>();
    for (let request = 0; request < 8; request++) bodies.add((await httpGet({ port: nginx.port })).body);
    expect([...bodies].sort()).toEqual(["app1", "app2"]);

    const draining = [...nodes, node(1, { drain: true })];
    await balancer.syncFile([cluster("web", draining)], { signal });
    expect(await balancer.describe(cluster("web", [...draining, node(2)]), { signal })).toMatchObject([
      { state: "up", serving: true },
      { state: "up", serving: true },
      { state: "down", serving: false },
      { state: "absent", serving: false },
    ]);

    expect(kinds(await balancer.syncFile([cluster("web", [])], { signal }))).toEqual([
      "file members",
      "reload members",
    ]);
    expect((await httpGet({ port: nginx.port })).status).toBe(502);
  });

  it("takes every method, with members of every sort, and many", async () => {
    const { nginx, balancer } = await site(ALONE);
    await nginx.start();
    const methods = ["round_robin", "least_conn", "ip_hash", "random", "random two least_conn", "hash $uri consistent"];
    const sorts = [{ weight: 3 }, { backup: true }, { drain: true }, { weight: 0 }, { backup: true, weight: 256 }];
    const nodes = sorts.map((metadata, index) => node(8_000 + index, metadata));
    const many = Array.from({ length: 2_000 }, (_, index) => ({
      ...node(80),
      ip: `10.1.${index >> 8}.${index & 255}`,
    }));
    const options = { max_fails: 2, fail_timeout: "5s", max_conns: 100, keepalive: 8 };
    const clusters = [
      ...methods.flatMap((method, index) => [
        cluster(`full-${index}`, nodes, { ...options, method }),
        cluster(`spare-${index}`, nodes.slice(1, 3), { method, weight: 2 }),
        cluster(`empty-${index}`, [], { method, keepalive: 1 }),
      ]),
      cluster("many", many),
    ];
    expect(await balancer.syncFile(clusters, { signal })).toMatchObject({ converged: true, problems: [] });
  });

  it("keeps a cluster that it refuses on its last good part, and the others go on", async () => {
    const { nginx, balancer } = await site(ALONE, { resync: "1h" });
    await nginx.start();
    await balancer.syncFile([cluster("api", [node(1)]), cluster("web", [node(1)])], { signal });
    const good = await fileText(nginx, "web.conf");
    const wrong = [cluster("api", [node(2)]), cluster("web", [node(2)], { method: "hash $no_such" })];
    const refused = await balancer.syncFile(wrong, { signal });
    const problem = { cluster: "web", message: expect.stringContaining('unknown "no_such" variable') };
    expect(refused).toMatchObject({ converged: false, problems: [problem] });
    expect(refused.changes.map(({ target }) => target)).toEqual([join(nginx.upstreams, "api.conf"), "nginx"]);
    expect(await fileText(nginx, "web.conf")).toBe(good);
    expect(await balancer.syncFile(wrong, { signal })).toMatchObject({ changes: [], problems: [problem] });
    const right = await balancer.syncFile([cluster("api", [node(2)]), cluster("web", [node(2)])], { signal });
    expect(right).toMatchObject({ converged: true, problems: [] });
    expect(await fileText(nginx, "web.conf")).toContain("127.0.0.1:2");
  });

  it("keeps the upstream of a removed cluster for as long as its configuration names it", async () => {
    const { nginx, balancer } = await site(PROXY, { resync: "0s" });
    await balancer.syncFile([cluster("web", [])], { signal });
    await nginx.start();
    await balancer.syncFile([cluster("web", [])], { signal });
    const refused = await balancer.syncFile([], { signal });
    expect(refused.problems?.[0]?.message).toContain("the upstream web stays although its cluster was removed");
    expect(await fileText(nginx, "web.conf")).toContain("upstream web");
    const text = await readFile(nginx.configFile, "utf8");
    await writeFile(nginx.configFile, text.replace("proxy_pass http://web;", ""));
    expect(kinds(await balancer.syncFile([], { signal }))).toEqual(["file removed", "reload members"]);
    expect(await fileText(nginx, "web.conf")).toBeUndefined();
  });

  it("keeps everything as it is where its own configuration is wrong, and says so", async () => {
    const { nginx, balancer } = await site(ALONE);
    await nginx.start();
    await balancer.syncFile([cluster("web", [node(1)])], { signal });
    const good = await fileText(nginx, "web.conf");
    const text = await readFile(nginx.configFile, "utf8");
    await writeFile(nginx.configFile, `${text}no_such_directive;\n`);
    await expect(balancer.syncFile([cluster("web", [node(2)])], { signal })).rejects.toThrow(
      /unknown directive "no_such_directive".*it did before any upstream changed/,
    );
    expect(await fileText(nginx, "web.conf")).toBe(good);
    await writeFile(nginx.configFile, text);
    const result = await balancer.syncFile([cluster("web", [node(2)])], { signal });
    expect(result).toMatchObject({ converged: true, problems: [] });
  });

  it("is told again where a reload did not come through", async () => {
    const { nginx, balancer } = await site(ALONE, { reload: ["true"], timeout: "3s" });
    await nginx.start();
    const clusters = [cluster("web", [node(1)])];
    await expect(balancer.syncFile(clusters, { signal })).rejects.toThrow(
      "nginx did not take its files within 3000 ms",
    );
    const config = { directory: "upstreams", config_file: "nginx.conf", pid_file: "nginx.pid" };
    await balancer.applyConfig(NginxBalancer.validateConfig(config));
    expect(kinds(await balancer.syncFile(clusters, { signal }))).toEqual(["reload owed"]);
    expect(await balancer.syncFile(clusters, { signal })).toMatchObject({ converged: true, changes: [] });
  });

  it("that is only starting is told once it has workers: its first ones are no answer to a reload", async () => {
    const { nginx, balancer } = await site(ALONE, {
      reload: ["sh", "-c", "test -e first && kill -HUP $(cat nginx.pid)"],
    });
    const directory = dirname(nginx.configFile);
    const master = spawn("bash", ["-c", SLOW_MASTER], { argv0: "nginx: master process", cwd: directory });
    const ended = once(master, "exit");
    onTestFinished(async () => {
      await writeFile(join(directory, "over"), "");
      await ended;
    });
    await waitFor(async () => (await readFile(nginx.pidFile, "utf8")).includes("\n"), { what: "the pid file" });
    const result = await balancer.syncFile([cluster("web", [node(1)])], { signal });
    expect(result.converged).toBe(true);
    expect(existsSync(join(directory, "second"))).toBe(true);
  });

  it("is never doubled for a stranger: a process id that became another program's is not signalled", async () => {
    const { nginx, balancer } = await site(ALONE);
    await writeFile(nginx.pidFile, `${process.pid}\n`);
    const told: unknown[] = [];
    const tell = (): number => told.push("SIGHUP");
    process.once("SIGHUP", tell);
    onTestFinished(() => void process.off("SIGHUP", tell));
    const result = await balancer.syncFile([cluster("web", [node(1)])], { signal });
    expect(result.converged).toBe(false);
    expect(result.problems?.[0]?.message).toContain("is another program's");
    expect(told).toEqual([]);
  });

  it("gets its last good file back where a runner died before it was judged", async () => {
    const { nginx, balancer } = await site(ALONE);
    await nginx.start();
    await balancer.syncFile([cluster("web", [node(1)])], { signal });
    const good = await fileText(nginx, "web.conf");
    await writeFile(join(nginx.upstreams, OWED), JSON.stringify({ "web.conf": good }));
    await writeFile(join(nginx.upstreams, "web.conf"), `${HEADER}\nupstream web {\n    server nonsense=;;\n}\n`);
    const result = await balancer.syncFile([cluster("web", null)], { signal });
    expect(result.problems).toMatchObject([{ cluster: "web" }]);
    expect(await fileText(nginx, "web.conf")).toBe(good);
  });
});

describe.skipIf(!requireServer("nginx"))("the directory", () => {
  it("keeps what others wrote, also under a cluster's name, and has what they changed of ours repaired", async () => {
    const { nginx, balancer } = await site(ALONE);
    await nginx.start();
    await mkdir(nginx.upstreams, { recursive: true });
    await writeFile(join(nginx.upstreams, "mine.conf"), "# mine\n");
    const clusters = [cluster("mine", [node(1)]), cluster("web", [node(1)])];
    const result = await balancer.syncFile(clusters, { signal });
    const message = expect.stringContaining("mine.conf was not written by Lighthouse");
    expect(result).toMatchObject({ converged: false, problems: [{ cluster: "mine", message }] });
    expect(await fileText(nginx, "mine.conf")).toBe("# mine\n");

    const wanted = await fileText(nginx, "web.conf");
    await writeFile(join(nginx.upstreams, "web.conf"), renderUpstream("web", BLOCK, [node(9)]));
    const repaired = await balancer.syncFile(clusters, { signal });
    expect(repaired.changes).toMatchObject([{ kind: "file", repair: true }, { kind: "reload" }]);
    expect(await fileText(nginx, "web.conf")).toBe(wanted);
  });
});

describe.skipIf(!requireServer("nginx"))("between two reloads", () => {
  it("is at least the time that was asked for", async () => {
    const { nginx, balancer } = await site(ALONE, { reload_interval: "1h" });
    await nginx.start();
    await balancer.syncFile([cluster("web", [node(1)])], { signal });
    const early = await balancer.syncFile([cluster("web", [node(2)])], { signal });
    expect(early).toMatchObject({ converged: false, changes: [] });
    expect(early.syncAgainMs).toBeGreaterThan(1_800_000);
    expect(early.syncAgainMs).toBeLessThanOrEqual(3_600_000);
  });

  it("passes by itself; what changes meanwhile is one", async () => {
    const { nginx, balancer } = await site(ALONE, { reload_interval: "1s" });
    await nginx.start();
    await balancer.syncFile([cluster("web", [node(1)])], { signal });
    await balancer.syncFile([cluster("web", [node(2)])], { signal });
    const clusters = [cluster("web", [node(3)])];
    const late = await waitFor(
      async () => {
        const result = await balancer.syncFile(clusters, { signal });
        return result.changes.length > 0 ? result : undefined;
      },
      { what: "the next reload" },
    );
    expect(kinds(late)).toEqual(["file members", "reload members"]);
  });
});

it("two clusters may not have one upstream, in whatever case", () => {
  const clusters = [cluster("web", null), cluster("b", null, { upstream: "WEB" }), cluster(".c", null)];
  const config = NginxBalancer.validateConfig({ directory: "x" });
  expect(NginxBalancer.validateClusters(config, clusters)).toMatchObject([
    { path: ["b", "upstream"], message: expect.stringContaining("cluster web has the upstream") },
    { path: [".c"], message: expect.stringContaining("begin with a letter or a digit") },
  ]);
});
