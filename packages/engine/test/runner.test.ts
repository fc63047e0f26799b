import { request } from "node:http";
import { join } from "node:path";
import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../src/clock.js";
import type { Configuration } from "../src/config/configuration.js";
import { openLog } from "../src/logging/log-output.js";
import { CALL_TIMES } from "../src/plugin-calls.js";
import { Runner } from "../src/runner.js";
import { type FakeBalancer, fakeBalancer, IN_LINE } from "./support/fake-balancer.js";
import { type FakeDiscovery, fakeDiscovery } from "./support/fake-discovery.js";
import { FixedConfiguration } from "./support/fixed-configuration.js";
import { temporaryDirectory } from "./support/membership-house.js";
import { goodRecord } from "./support/sample-nodes.js";
import { balancerSettings, clusterSettings, configuration, discoverySettings } from "./support/settings.js";

const A = goodRecord("a", "10.0.0.1");
const B = goodRecord("b", "10.0.0.2");

interface House {
  readonly runner: Runner;
  readonly source: FixedConfiguration;
  readonly log: string[];
  readonly stateDirectory: string;
}

async function house(of: Configuration, stateDirectory?: string): Promise<House> {
  const log: string[] = [];
  const state = stateDirectory ?? (await temporaryDirectory());
  const source = new FixedConfiguration(of);
  const runner = new Runner({
    directory: "/etc/lighthouse",
    stateDirectory: state,
    role: "writer",
    configuration: source,
    log: openLog({ level: "info", format: "pretty" }, { color: false, shortTime: false }, (line) => log.push(line)),
    logging: {},
    http: undefined,
    version: "1.2.3",
    clock: systemClock,
    times: CALL_TIMES,
    random: Math.random,
  });
  onTestFinished(() => runner.stop());
  return { runner, source, log, stateDirectory: state };
}

function plainSetup(discovery: FakeDiscovery, balancer: FakeBalancer, more: object = {}): Configuration {
  return configuration({
    balancers: [balancerSettings("lb", balancer.plugin)],
    discoveries: [discoverySettings("source", discovery.plugin)],
    clusters: [clusterSettings("web")],
    ...more,
  });
}

interface Told {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

function readyz(socketPath: string): Promise<Told> {
  return get(socketPath, "/readyz");
}

function get(socketPath: string, path: string, method = "GET"): Promise<Told> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"], body });
      });
    });
    asked.on("error", reject).end();
  });
}

describe("a runner", () => {
  test("brings members from the source to the balancer, and edits of both", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const { runner, source } = await house(plainSetup(discovery, balancer));
    await runner.start();
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    discovery.answer("web", [A]);
    await eventually(() => expect(balancer.given.at(-1)?.[0]?.nodes).toHaveLength(1));
    discovery.answer("web", [A, B]);
    await eventually(() => expect(balancer.given.at(-1)?.[0]?.nodes).toHaveLength(2));
    discovery.answer("web", [B]);
    await eventually(() => expect(balancer.given.at(-1)?.[0]?.nodes).toHaveLength(1));
    source.set(plainSetup(discovery, balancer, { clusters: [] }));
    await eventually(() => expect(balancer.given.at(-1)).toEqual([]));
    expect(balancer.contexts[0]).toMatchObject({ name: "lb", directory: "/etc/lighthouse", peer: { port: 1024 } });
  });

  test("the first sync waits a moment for sources, so that a target starts up right", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const setup = plainSetup(discovery, balancer, { runner: { settle: { min: "20ms", max: "60s" } } });
    const { runner } = await house(setup);
    await runner.start();
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    expect(balancer.given).toEqual([]);
    discovery.answer("web", [A]);
    await eventually(() => expect(balancer.given).toHaveLength(1));
    expect(balancer.given[0]?.[0]?.nodes).toHaveLength(1);
  });

  test("a source that says nothing does not hold up the first sync; members are then not known", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const { runner } = await house(plainSetup(discovery, balancer, { runner: { settle: { min: "1ms", max: "5ms" } } }));
    await runner.start();
    await eventually(() => expect(balancer.given).toHaveLength(1));
    expect(balancer.given[0]?.[0]).toMatchObject({ nodes: null, live: false });
  });

  test("ready is said once every balancer has been in line with every source heard, and stays", async () => {
    const [discovery, balancer, late] = [fakeDiscovery(), fakeBalancer(), fakeBalancer()];
    balancer.onSync = () => {
      throw new Error("socket gone");
    };
    const { runner, source, stateDirectory } = await house(plainSetup(discovery, balancer));
    await runner.start();
    const socket = join(stateDirectory, "writer.sock");
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    discovery.answer("web", [A]);
    await eventually(async () => expect((await readyz(socket)).body).toContain("socket gone"));
    expect((await readyz(socket)).status).toBe(503);
    balancer.onSync = () => IN_LINE;
    await runner.rescan();
    await eventually(async () => expect((await readyz(socket)).status).toBe(200));
    discovery.watch("web").watcher.lost(new Error("refused"));
    await eventually(async () => expect((await readyz(socket)).body).toContain("refused"));
    late.onDependencies = () => false;
    const balancers = [balancerSettings("lb", balancer.plugin), balancerSettings("late", late.plugin)];
    source.set(plainSetup(discovery, balancer, { balancers }));
    await eventually(async () =>
      expect((await readyz(socket)).body).toContain("balancer late: its first sync is not done"),
    );
    expect((await readyz(socket)).status).toBe(200);
  });

  test("a restart with the source down goes on with what is remembered", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const first = await house(plainSetup(discovery, balancer));
    await first.runner.start();
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    discovery.answer("web", [A]);
    await first.runner.stop();
    const [down, again] = [fakeDiscovery(), fakeBalancer()];
    down.onWatch = () => Promise.reject(new Error("refused"));
    const { runner } = await house(plainSetup(down, again), first.stateDirectory);
    await runner.start();
    await eventually(() => expect(again.given.at(-1)?.[0]).toMatchObject({ nodes: [{ name: "a:80" }], live: false }));
    expect(runner.state().clusters[0]?.state.source).toBe("snapshot");
  });

  test("a second one on the same state is refused and told of the first, and takes nothing from it", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const first = await house(plainSetup(discovery, balancer));
    await first.runner.start();
    const second = await house(plainSetup(discovery, balancer), first.stateDirectory);
    await expect(second.runner.start()).rejects.toThrow(/another runner \(process \d+, on \/etc\/lighthouse\)/);
    await second.runner.stop();
    expect((await readyz(join(first.stateDirectory, "writer.sock"))).status).toBeGreaterThan(0);
  });

  test("a rescan reads everything anew and has every balancer look at its target", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const { runner, source } = await house(plainSetup(discovery, balancer, { clusters: [] }));
    await runner.start();
    await eventually(() => expect(balancer.given).toHaveLength(1));
    await runner.rescan();
    await eventually(() => expect(balancer.given).toHaveLength(2));
    expect(source.rescans).toBe(1);
  });

  test("logging and HTTP follow the configuration while it runs", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const { runner, source, log } = await house(plainSetup(discovery, balancer));
    await runner.start();
    const setup = plainSetup(discovery, balancer, { runner: { http: { listen: "127.0.0.1:0" } } });
    source.set({ ...setup, logging: { level: "info", format: "json" } });
    await eventually(() => expect(runner.httpPort()).toBeGreaterThan(0));
    const lines = log.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as unknown);
    expect(lines).toContainEqual(expect.objectContaining({ part: "http" }));
  });

  test("metrics are answered on port and socket, and follow what happens", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const http = { http: { listen: "127.0.0.1:0" } };
    const { runner, source, stateDirectory } = await house(plainSetup(discovery, balancer, { runner: http }));
    await runner.start();
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    const socket = join(stateDirectory, "writer.sock");
    discovery.answer("web", [A]);
    await eventually(async () => {
      const { body } = await get(socket, "/metrics");
      expect(body).toContain('lighthouse_cluster_nodes{cluster="web",state="active"} 1\n');
      expect(body).toMatch(/^lighthouse_convergence_seconds_count\{balancer="lb"\} [1-9]/m);
    });
    await eventually(() => expect(runner.httpPort()).toBeGreaterThan(0));
    const overTcp = await fetch(`http://127.0.0.1:${runner.httpPort()}/metrics`);
    expect(overTcp.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await overTcp.text()).toContain('lighthouse_cluster_source{cluster="web",state="live"} 1\n');
    source.set(plainSetup(discovery, balancer, { runner: http, clusters: [], balancers: [] }));
    await eventually(async () => {
      const { body, type } = await get(socket, "/metrics");
      expect(type).toBe("text/plain; version=0.0.4; charset=utf-8");
      expect(body).not.toMatch(/cluster="web"|balancer="lb"/);
    });
  });

  test("a node that is drained stays so over a leave, a return and a restart, until it is taken back", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const first = await house(plainSetup(discovery, balancer));
    await first.runner.start();
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    discovery.answer("web", [A, B]);
    await eventually(() => expect(balancer.given.at(-1)?.[0]?.nodes).toHaveLength(2));
    const path = "/api/v1/clusters/web/nodes/a%3A80/drain";
    const socket = join(first.stateDirectory, "writer.sock");
    const untouched = balancer.given.at(-1)?.[0]?.nodes?.[1];
    const reply = await get(socket, path, "POST");
    expect([reply.status, JSON.parse(reply.body).drained]).toEqual([200, true]);
    const drains = (fake: FakeBalancer) => fake.given.at(-1)?.[0]?.nodes?.map(({ metadata }) => metadata["drain"]);
    await eventually(() => expect(drains(balancer)).toEqual([true, undefined]));
    expect(balancer.given.at(-1)?.[0]?.nodes?.[1]).toBe(untouched);
    const [status] = first.runner.state().clusters;
    expect(status?.drains).toMatchObject([{ name: "a:80" }]);
    discovery.answer("web", [B]);
    await eventually(() => expect(drains(balancer)).toEqual([undefined]));
    discovery.answer("web", [A, B]);
    await eventually(() => expect(drains(balancer)).toEqual([true, undefined]));
    await first.runner.stop();

    const [discoveryAgain, again] = [fakeDiscovery(), fakeBalancer()];
    const second = await house(plainSetup(discoveryAgain, again), first.stateDirectory);
    await second.runner.start();
    await eventually(() => expect(discoveryAgain.watches).toHaveLength(1));
    discoveryAgain.answer("web", [A, B]);
    await eventually(() => expect(drains(again)).toEqual([true, undefined]));
    expect((await get(socket, path, "DELETE")).status).toBe(200);
    await eventually(() => expect(drains(again)).toEqual([undefined, undefined]));
    expect((await get(socket, path.replace("a%3A80", "c"), "POST")).status).toBe(404);
  });

  test("over TCP nothing can be changed, on loopback too", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const { runner } = await house(plainSetup(discovery, balancer, { runner: { http: { listen: "127.0.0.1:0" } } }));
    await runner.start();
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    discovery.answer("web", [A]);
    await eventually(() => expect(runner.httpPort()).toBeGreaterThan(0));
    const url = `http://127.0.0.1:${runner.httpPort()}/api/v1/clusters/web/nodes/a:80/drain`;
    const answer = await fetch(url, { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([403, { error: expect.stringContaining("--state-dir") }]);
    expect(runner.state().clusters[0]?.drains).toEqual([]);
  });

  test("a setting that waits for the next start is told as such, once", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const { runner, source, log } = await house(plainSetup(discovery, balancer));
    await runner.start();
    for (let times = 0; times < 2; times++) source.set(plainSetup(discovery, balancer, { runner: { peer_port: 7 } }));
    expect(log.filter((line) => line.includes("peer_port takes effect at the next start"))).toHaveLength(1);
  });

  test("stop leaves nothing behind that goes on calling plugins", async () => {
    const [discovery, balancer] = [fakeDiscovery(), fakeBalancer()];
    const { runner } = await house(plainSetup(discovery, balancer));
    await runner.start();
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    discovery.answer("web", [A]);
    await eventually(() => expect(balancer.given.at(-1)?.[0]?.nodes).toHaveLength(1));
    await runner.stop();
    await runner.stop();
    expect(balancer.calls.filter((call) => call === "stop")).toHaveLength(1);
    expect(discovery.watches.every(({ signal }) => signal.aborted)).toBe(true);
  });
});
