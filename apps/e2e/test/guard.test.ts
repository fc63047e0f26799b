import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommandResult, freePort, requireServer, runLighthouse } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { startMembers, unreachableNodes, whoAnswers } from "../src/members.js";
import { replaceFile } from "../src/replace-file.js";
import type { ClusterStatus } from "../src/runner-status.js";
import { type NodeRecord, Site } from "../src/site.js";

const SIX = unreachableNodes(6);
/** A member that has left goes at once: nobody talks to it. */
const NO_DRAIN = { drain: "100ms" };

/** A site whose cluster web has these members. */
async function guarded(guard: object, nodes: readonly NodeRecord[] = SIX): Promise<Site> {
  const site = await Site.create();
  await site.writeCluster("web", { port: await freePort(), ...NO_DRAIN }, { guard });
  await site.writeNodes("web", nodes);
  await site.start();
  await site.untilServers("web", nodes);
  return site;
}

async function web(site: Site): Promise<ClusterStatus> {
  const cluster = (await site.status()).clusters["web"];
  if (cluster === undefined) throw new Error("the status has no cluster web");
  return cluster;
}

function untilHeld(site: Site, count: number): Promise<void> {
  return site.until(`${count} nodes of web to be held`, async () => {
    const { held } = await web(site);
    if (held.length === count) return true;
    throw new Error(`held: ${JSON.stringify(held)}`);
  });
}

function release(site: Site, cluster: string): Promise<CommandResult> {
  return runLighthouse(["release", cluster, "--state-dir", site.stateDirectory]);
}

describe.skipIf(!requireServer("haproxy"))("members that leave too many at once", () => {
  it("all: they go on serving, everybody is told, and they are released by their return", async () => {
    const site = await Site.create();
    const port = await freePort();
    const members = await startMembers(["app1", "app2", "app3"]);
    const nodes = members.map(({ node }) => node);
    await site.writeCluster("web", { port, backend: ["balance roundrobin"], ...NO_DRAIN });
    await site.writeNodes("web", nodes);
    await site.start();
    await site.untilServers("web", nodes);

    await site.writeNodes("web", []);
    await untilHeld(site, 3);
    expect(await web(site)).toMatchObject({ source: "live", nodes: [{}, {}, {}] });
    expect((await web(site)).held.map(({ name }) => name)).toEqual(nodes.map(({ host, port: at }) => `${host}:${at}`));
    expect((await web(site)).held[0]?.reason).toContain("the source names no node at all");
    expect(await whoAnswers(port)).toEqual(["app1", "app2", "app3"]);
    const [ready, metrics] = await Promise.all(["/readyz", "/metrics"].map((path) => site.runner.get(path)));
    expect(ready).toMatchObject({ status: 200, body: expect.stringMatching(/cluster web: 3 nodes are held since 20/) });
    expect(metrics?.body).toContain('lighthouse_cluster_nodes{cluster="web",state="held"} 3');

    await site.until("HAProxy's balancer to say that it does not check them", async () => {
      const [problem] = (await site.balancer()).problems;
      expect(problem).toMatchObject({ file: "clusters/web.yaml" });
      expect(problem?.message).toContain("HAProxy does not check them");
      return true;
    });

    await site.writeNodes("web", nodes.slice(0, 1));
    await untilHeld(site, 2);
    expect(await whoAnswers(port)).toEqual(["app1", "app2", "app3"]);
    await site.writeNodes("web", nodes.slice(0, 2));
    await untilHeld(site, 1);
    expect(await whoAnswers(port)).toEqual(["app1", "app2", "app3"]);
    await site.writeNodes("web", nodes);
    await untilHeld(site, 0);
    await site.untilServers("web", nodes);
    await site.until("no problem to be left", async () => (await site.balancer()).problems.length === 0);
    expect(await site.balancer()).toMatchObject({ reloads: 0 });
  });

  it("half with max_removal 30%: held until a release by command, which says who went", async () => {
    const site = await guarded({ max_removal: "30%" });
    await site.writeNodes("web", SIX.slice(0, 3));
    await untilHeld(site, 3);
    await site.untilServers("web", SIX);
    expect((await web(site)).held[0]?.reason).toBe("3 of 6 nodes (50%) were lost within 60s, and max_removal is 30%");

    expect(await release(site, "web")).toEqual({
      code: 0,
      signal: null,
      stdout:
        "released 3 nodes of cluster web: app4.example.com:8000, app5.example.com:8000, app6.example.com:8000; it has 3 nodes now\n",
      stderr: "",
    });
    await site.untilServers("web", SIX.slice(0, 3));
    expect(await release(site, "web")).toMatchObject({ code: 1, stderr: "error: nothing is held in cluster web\n" });
    expect(await release(site, "wbe")).toMatchObject({ code: 1, stderr: expect.stringContaining("did you mean web?") });
  });

  it("all, released by command: nobody is left", async () => {
    const site = await guarded({});
    await site.writeNodes("web", []);
    await untilHeld(site, 6);
    expect(await release(site, "web")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("it has 0 nodes now"),
    });
    await site.until("no server in web", async () => ((await site.servers("web")) ?? []).length === 0);
  });

  it("down to below min_nodes: as many stay", async () => {
    const site = await guarded({ max_removal: "100%", min_nodes: 4 });
    await site.writeNodes("web", SIX.slice(0, 2));
    await untilHeld(site, 2);
    await site.until("four servers", async () => (await site.servers("web"))?.length === 4);
    expect(await site.servers("web")).toEqual(expect.arrayContaining(["10.0.0.1:8000", "10.0.0.2:8000"]));
    await site.writeNodes("web", [...SIX.slice(0, 2), ...unreachableNodes(2, 50)]);
    await site.untilServers("web", [...SIX.slice(0, 2), ...unreachableNodes(2, 50)]);
  });

  it("a loss that stands for confirm_after is applied, not below min_nodes; an empty answer never is", async () => {
    const site = await guarded({ confirm_after: "2s", min_nodes: 3 });
    await replaceFile(join(site.directory.path, "other", "api.json"), JSON.stringify(SIX));
    await site.writeConfig("discovery/other.yaml", { type: "file", path: join(site.directory.path, "other") });
    await site.writeCluster(
      "api",
      { port: await freePort(), ...NO_DRAIN },
      { discovery: "other", guard: { confirm_after: "1s" } },
    );
    await site.untilServers("api", SIX);
    await replaceFile(join(site.directory.path, "other", "api.json"), "[]");
    await site.until("api to be held", () => site.runner.output().includes("cluster api: 6 nodes"));

    await site.writeNodes("web", SIX.slice(0, 2));
    await site.until("the loss to be confirmed", () => site.runner.output().includes("stood for confirm_after"));
    expect(site.runner.output()).toMatch(/cluster web: 4 nodes \(.*\) are held: 4 of 6 nodes/);
    await site.until("three servers", async () => (await site.servers("web"))?.length === 3);
    await site.untilServers("api", SIX);
    expect((await site.status()).clusters["api"]?.held).toHaveLength(6);
  });

  it("on_empty: empty takes an empty answer for what it is", async () => {
    const site = await guarded({ on_empty: "empty" });
    await site.writeNodes("web", []);
    await site.until("no server in web", async () => ((await site.servers("web")) ?? []).length === 0);
    expect((await web(site)).held).toEqual([]);
  });
});

describe.skipIf(!requireServer("haproxy"))("a replacement of every member", () => {
  it("one by one, and all at once, passes untouched", async () => {
    const site = await guarded({ max_removal: "20%" });
    for (let step = 1; step <= 6; step++) {
      const next = unreachableNodes(6, step);
      await site.writeNodes("web", [...SIX.slice(step - 1), ...unreachableNodes(step, 6)]);
      await site.writeNodes("web", next);
      await site.untilServers("web", next);
    }
    await site.writeNodes("web", unreachableNodes(6, 100));
    await site.untilServers("web", unreachableNodes(6, 100));
    expect(site.runner.output()).not.toContain("held");
    expect(await site.balancer()).toMatchObject({ reloads: 0 });
  });
});

describe.skipIf(!requireServer("haproxy"))("a start", () => {
  it("after a kill while members were held: they are held as before, and --once ends with 3", async () => {
    const site = await guarded({});
    await site.writeNodes("web", SIX.slice(0, 1));
    await untilHeld(site, 5);
    const { held } = await web(site);
    const kept = join(site.stateDirectory, "membership", "web.snapshot");
    await site.until("them to be kept", async () => /"held":\[\{/.test(await readFile(kept, "utf8")));
    site.runner.kill("SIGKILL");
    await site.runner.ended;

    const once = site.launch(["--once"]);
    expect(await once.ended).toEqual({ code: 3, signal: null });
    expect(once.output()).toContain("cluster web: 5 nodes are held since");
    await site.start();
    await untilHeld(site, 5);
    expect((await web(site)).held.map(({ name, since }) => [name, since])).toEqual(
      held.map(({ name, since }) => [name, since]),
    );
    await site.untilServers("web", SIX);
    expect(await site.balancer()).toMatchObject({ reloads: 0 });
  });

  it("with a source that has lost everything meanwhile: those remembered are held", async () => {
    const site = await guarded({});
    await site.runner.stop();
    await site.writeNodes("web", []);
    await site.start();
    await untilHeld(site, 6);
    await site.untilServers("web", SIX);
    await site.writeNodes("web", SIX);
    await untilHeld(site, 0);
    await site.untilServers("web", SIX);
  });
});
