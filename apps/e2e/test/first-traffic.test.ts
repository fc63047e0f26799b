import { stat } from "node:fs/promises";
import { join } from "node:path";
import { freePort, requireServer, runLighthouse } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { startMembers, unreachableNodes, whoAnswers } from "../src/members.js";
import { Site } from "../src/site.js";

describe.skipIf(!requireServer("haproxy"))("from a file to traffic", () => {
  it("requests reach the members that a file names, and follow it when it is edited", async () => {
    const site = await Site.create();
    const port = await freePort();
    const [one, two, three] = (await startMembers(["app1", "app2", "app3"])).map(({ node }) => node);
    await site.writeCluster("web", { port, backend: ["balance roundrobin"] });
    await site.writeNodes(
      "web",
      [one, two].filter((node) => node !== undefined),
    );
    await site.start();
    await site.until("app1 and app2 to answer", async () => (await whoAnswers(port)).join() === "app1,app2");

    await site.writeNodes(
      "web",
      [two, three].filter((node) => node !== undefined),
    );
    await site.until("app2 and app3 to answer", async () => (await whoAnswers(port)).join() === "app2,app3");
    expect((await site.status()).clusters["web"]?.source).toBe("live");
  });

  it("a cluster's file that comes adds it, one that goes takes it away", async () => {
    const site = await Site.create();
    const [webPort, apiPort] = [await freePort(), await freePort()];
    const [web, api] = (await startMembers(["web1", "api1"])).map(({ node }) => node);
    await site.writeCluster("web", { port: webPort });
    await site.writeNodes(
      "web",
      [web].filter((node) => node !== undefined),
    );
    await site.writeNodes(
      "api",
      [api].filter((node) => node !== undefined),
    );
    await site.start();

    await site.writeCluster("api", { port: apiPort });
    await site.until("api1 to answer", async () => (await whoAnswers(apiPort)).join() === "api1");
    await site.removeConfig("clusters/api.yaml");
    await site.until("api to leave HAProxy", async () => (await site.servers("api")) === undefined);
    expect(await whoAnswers(webPort)).toEqual(["web1"]);
  });

  it("the same input in another order writes nothing and reloads nothing", async () => {
    const site = await Site.create();
    const nodes = unreachableNodes(30);
    await site.writeCluster("web", { port: await freePort() });
    await site.writeCluster("api", { port: await freePort() });
    await site.writeNodes("web", nodes);
    await site.writeNodes("api", nodes);
    await site.start();
    await site.until(
      "the file to have all members",
      async () => (await site.configText()).split(":8000 id ").length === 61,
    );
    const before = {
      ...(await identity(site.configFile)),
      pid: await site.haproxyPid(),
      text: await site.configText(),
    };
    await site.runner.stop();

    await site.writeNodes("web", [...nodes].reverse());
    await site.start();
    await site.untilServers("web", nodes);
    const after = { ...(await identity(site.configFile)), pid: await site.haproxyPid(), text: await site.configText() };
    expect(after).toEqual(before);
    expect((await site.balancer()).reloads).toBe(0);
  });

  it("two hosts with the same input write the same bytes, but for their paths", async () => {
    const [one, two] = [await Site.create(), await Site.create()];
    const [webPort, apiPort] = [await freePort(), await freePort()];
    const nodes = unreachableNodes(30);
    for (const { site, order } of [
      { site: one, order: nodes },
      { site: two, order: [...nodes].reverse() },
    ]) {
      await site.writeBalancer({ process: { mode: "none" } });
      await site.writeCluster("web", { port: webPort });
      await site.writeCluster("api", { port: apiPort });
      await site.writeNodes("web", order);
      await site.writeNodes("api", order);
      await site.start();
    }
    const neutral = async (site: Site): Promise<string> =>
      (await site.configText()).replaceAll(site.directory.path, "DIR").replace(/LIGHTHOUSE_STRUCTURE \S+/, "");
    expect(await neutral(two)).toBe(await neutral(one));
    expect(await neutral(one)).toContain("10.0.0.30:8000");
  });

  it("the directory that runs passes check, and plugins names what it uses", async () => {
    const site = await Site.create();
    await site.writeCluster("web", { port: await freePort() });
    const check = await runLighthouse(["check", site.configDirectory]);
    expect(check).toMatchObject({ code: 0, signal: null });
    const plugins = await runLighthouse(["plugins", site.configDirectory, "--json"]);
    expect(plugins.code).toBe(0);
    expect(JSON.stringify(JSON.parse(plugins.stdout))).toMatch(/"haproxy".*"file"|"file".*"haproxy"/);
  });

  it("one pass with --once ends with 0 and leaves HAProxy running", async () => {
    const site = await Site.create();
    const port = await freePort();
    const [member] = await startMembers(["app1"]);
    await site.writeCluster("web", { port });
    await site.writeNodes(
      "web",
      [member?.node].filter((node) => node !== undefined),
    );
    const runner = site.launch(["--once"]);
    expect(await runner.ended, runner.output()).toEqual({ code: 0, signal: null });
    expect(await whoAnswers(port)).toEqual(["app1"]);
  });
});

async function identity(path: string): Promise<{ readonly inode: number; readonly mtimeMs: number }> {
  const { ino, mtimeMs } = await stat(join(path));
  return { inode: ino, mtimeMs };
}
