import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { freePort, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { type Member, startMembers, unreachableNodes, whoAnswers } from "../src/members.js";
import { replaceFile } from "../src/replace-file.js";
import { Site } from "../src/site.js";

interface Setting {
  readonly site: Site;
  readonly port: number;
  readonly members: readonly Member[];
}

/** A site whose runner has ended and whose source has gone, with HAProxy left running. */
async function withoutSource(): Promise<Setting> {
  const site = await Site.create();
  const port = await freePort();
  const members = await startMembers(["app1", "app2", "app3"]);
  await site.writeCluster("web", { port, backend: ["balance roundrobin"] });
  await site.writeNodes(
    "web",
    members.slice(0, 2).map(({ node }) => node),
  );
  await site.start();
  await site.runner.stop();
  await site.moveNodes("away");
  return { site, port, members };
}

/** A reload while the source of web is away: a new cluster whose members another source knows. */
async function addClusterOfOtherSource(site: Site): Promise<void> {
  const nodes = join(site.directory.path, "other");
  await replaceFile(join(nodes, "api.json"), JSON.stringify(unreachableNodes(2)));
  await site.writeConfig("discovery/other.yaml", { type: "file", path: nodes });
  await site.writeCluster("api", { port: await freePort() }, { discovery: "other" });
  await site.untilServers("api", unreachableNodes(2));
}

describe.skipIf(!requireServer("haproxy"))("a start while the source cannot be reached", () => {
  it("with nothing remembered takes nothing away from a running HAProxy", async () => {
    const { site, port, members } = await withoutSource();
    await rm(site.stateDirectory, { recursive: true });
    const before = { pid: await site.haproxyPid(), inode: (await stat(site.configFile)).ino };
    await site.start();
    const cluster = (await site.status()).clusters["web"];
    expect(["waiting", "lost"]).toContain(cluster?.source);
    expect(cluster?.nodes ?? []).toEqual([]);
    expect({ pid: await site.haproxyPid(), inode: (await stat(site.configFile)).ino }).toEqual(before);
    expect(await whoAnswers(port)).toEqual(["app1", "app2"]);

    await site.moveNodes("back");
    await site.writeNodes(
      "web",
      members.slice(1).map(({ node }) => node),
    );
    await site.until("app2 and app3 to answer", async () => (await whoAnswers(port)).join() === "app2,app3");
  });

  it("a new cluster is added beside the one that is not known", async () => {
    const { site, port } = await withoutSource();
    await rm(site.stateDirectory, { recursive: true });
    await site.start();
    await addClusterOfOtherSource(site);
    expect(await site.servers("web")).toHaveLength(2);
    expect(await whoAnswers(port)).toEqual(["app1", "app2"]);
  });

  it("goes on with the members it remembers, says so, and follows the source when it is back", async () => {
    const { site, port, members } = await withoutSource();
    await site.start();
    const cluster = (await site.status()).clusters["web"];
    expect(cluster?.source).toBe("snapshot");
    expect(cluster?.nodes.map(({ name }) => name)).toEqual(
      members.slice(0, 2).map(({ node }) => `${node.host}:${node.port}`),
    );
    expect(await whoAnswers(port)).toEqual(["app1", "app2"]);

    await site.moveNodes("back");
    await site.until("a live answer", async () => (await site.status()).clusters["web"]?.source === "live");
    await site.writeNodes(
      "web",
      members.slice(1).map(({ node }) => node),
    );
    await site.until("app2 and app3 to answer", async () => (await whoAnswers(port)).join() === "app2,app3");
  });

  it("a source that goes while it runs removes nobody, over a reload too", async () => {
    const { site, port } = await withoutSource();
    await site.moveNodes("back");
    await site.start();
    await site.until("a live answer", async () => (await site.status()).clusters["web"]?.source === "live");
    await site.moveNodes("away");
    await site.until("the loss to be seen", async () => (await site.status()).clusters["web"]?.source === "lost");
    await addClusterOfOtherSource(site);
    expect(await whoAnswers(port)).toEqual(["app1", "app2"]);
  });
});
