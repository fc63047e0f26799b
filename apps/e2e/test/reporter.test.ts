import { readFile, stat } from "node:fs/promises";
import { freePort, freePorts, httpServer, requireServer, runLighthouse } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { whoAnswers } from "../src/members.js";
import { OPEN_GUARD, reportedNode, startReporter } from "../src/reporters.js";
import { runningServers } from "../src/running-servers.js";
import { Site } from "../src/site.js";

const CHECKS = {
  interval: "100ms",
  http: { uri: "/health", rise: 2, fall: 2, timeout: "5s" },
  tcp: { rise: 2, fall: 2, timeout: "5s" },
};

interface Setup {
  readonly site: Site;
  /** Of the cluster web, on HAProxy. */
  readonly frontPort: number;
  /** Of the service web. */
  readonly port: number;
}

/** A site with the cluster web, and this host's own service of that name. */
async function setUp(service: object = {}, discovery: object = {}): Promise<Setup> {
  const site = await Site.create();
  const [frontPort = 0, port = 0] = await freePorts(2);
  await site.writeConfig("discovery/file.yaml", { path: site.nodesDirectory, ...discovery });
  await site.writeCluster("web", { port: frontPort }, OPEN_GUARD);
  await site.writeConfig("services/web.yaml", { port, discovery: "file", checks: CHECKS, ...service });
  return { site, frontPort, port };
}

async function backendOn(port: number) {
  const backend = await httpServer({ name: "web", port });
  onTestFinished(() => backend.stop());
  return backend;
}

function serves({ site, frontPort }: Setup): Promise<void> {
  return site.until("the service to answer through HAProxy", async () => {
    expect(await whoAnswers(frontPort, 3)).toEqual(["web"]);
    return true;
  });
}

describe.skipIf(!requireServer("haproxy"))("a reporter beside a writer, over files", () => {
  it("brings a service that is up into HAProxy, and takes it out when it is down", async () => {
    const setup = await setUp();
    const { site, port } = setup;
    const backend = await backendOn(port);
    backend.mode = "fail";
    const reporter = await startReporter(site);
    await site.until("the reporter to be ready", async () => (await reporter.process.get("/readyz")).status === 200);
    await site.until("both checks to have decided", async () => {
      expect((await reporter.status()).services["web"]?.ports[0]).toMatchObject({
        state: "down",
        reason: expect.stringContaining("check http: "),
        checks: { http: { state: "failing" }, tcp: { state: "passing" } },
      });
      return true;
    });
    await site.launch();
    backend.mode = "answer";
    await serves(setup);
    expect((await reporter.status()).services["web"]?.ports[0]).toMatchObject({
      state: "up",
      registration: { state: "registered" },
    });
    backend.mode = "fail";
    await site.untilServers("web", []);
    backend.mode = "answer";
    await serves(setup);
    const { body } = await reporter.process.get("/metrics");
    expect(body).toContain(`lighthouse_service_up{service="web",port="${port}"} 1`);
  });

  it("withdraws at SIGTERM, before it ends, with a ttl that would have kept the node for an hour", async () => {
    const setup = await setUp({}, { ttl: "1h" });
    const { site, port } = setup;
    await backendOn(port);
    await site.launch();
    const { process } = await startReporter(site);
    await serves(setup);
    await stat(reportedNode(site, "web", port));
    process.kill("SIGTERM");
    expect(await process.ended).toEqual({ code: 0, signal: null });
    await expect(stat(reportedNode(site, "web", port))).rejects.toThrow("ENOENT");
    await site.untilServers("web", []);
  });

  it("leaves the node at SIGKILL: it goes when its ttl is over", async () => {
    const setup = await setUp({}, { ttl: "3s" });
    const { site, port } = setup;
    await backendOn(port);
    await site.launch();
    const { process } = await startReporter(site);
    await serves(setup);
    process.kill("SIGKILL");
    await process.ended;
    await stat(reportedNode(site, "web", port));
    await site.untilServers("web", [], 40_000);
  });

  it("keeps the node over a restart where its file says so", async () => {
    const setup = await setUp({ withdraw_on_stop: false });
    const { site, port } = setup;
    await backendOn(port);
    await site.launch();
    const first = await startReporter(site);
    await serves(setup);
    const before = await stat(reportedNode(site, "web", port));
    first.process.kill("SIGTERM");
    await first.process.ended;
    const second = await startReporter(site);
    await site.until("the second to be ready", async () => (await second.process.get("/readyz")).status === 200);
    // The same file, never removed: one that came back would be another.
    expect((await stat(reportedNode(site, "web", port))).ino).toBe(before.ino);
    expect(site.runner.output()).not.toMatch(/left|held/);
    await serves(setup);
  });

  it("drains a service by command, over a restart of the reporter, and takes it back", async () => {
    const setup = await setUp();
    const { site, port } = setup;
    await backendOn(port);
    await site.launch();
    const first = await startReporter(site);
    await serves(setup);
    const there = ["--service", "web", "--state-dir", site.stateDirectory];
    const drained = await runLighthouse(["drain", ...there]);
    expect(drained).toMatchObject({ code: 0, stdout: expect.stringContaining("service web is drained") });
    const isDrained = async (): Promise<boolean> => {
      const servers = Object.values(await runningServers(site.socket, "web"));
      return servers.length === 1 && servers[0]?.weight === 0;
    };
    await site.until("HAProxy to drain it", isDrained);
    expect(JSON.parse(await readFile(reportedNode(site, "web", port), "utf8")).metadata).toBe('{"drain": true}');
    first.process.kill("SIGTERM");
    await first.process.ended;
    await site.untilServers("web", []);
    const second = await startReporter(site);
    await site.until("HAProxy to drain it again", isDrained);
    expect((await second.status()).services["web"]?.drainedSince).not.toBeNull();
    expect(await runLighthouse(["undrain", ...there])).toMatchObject({ code: 0 });
    await serves(setup);
  });

  it("is one process with the writer with --role both, and follows changes of its files", async () => {
    const setup = await setUp({ metadata: { weight: 7 } });
    const { site, port } = setup;
    await backendOn(port);
    await site.start(["--role", "both"]);
    await serves(setup);
    const weight = async (): Promise<number | undefined> =>
      Object.values(await runningServers(site.socket, "web"))[0]?.weight;
    await site.until("the weight of its metadata", async () => (await weight()) === 7);
    await site.writeConfig("services/web.yaml", { port, discovery: "file", checks: CHECKS, metadata: { weight: 9 } });
    await site.until("the new weight", async () => (await weight()) === 9);
    await site.removeConfig("services/web.yaml");
    await site.untilServers("web", []);
  });

  it("goes on without HTTP where the writer has its port, and says so", async () => {
    const { site } = await setUp({ checks: {}, port: await freePort() });
    await site.writeConfig("runner.yaml", { name: "e2e-host", ip: "127.0.0.1" });
    await site.start();
    const taken = await startReporter(site, site.httpPort);
    await site.until("the reporter to warn", () =>
      taken.process.output().includes("the port is taken by another process"),
    );
    await site.until("the service to be registered", () => taken.process.output().includes("registered e2e-host:"));
  });
});
