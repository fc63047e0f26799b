import { mkdir, readdir } from "node:fs/promises";
import { type CommandResult, freePort, requireServer, runLighthouse, startEtcd } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { filesAsTheyAre } from "../src/files-as-they-are.js";
import { unreachableNodes } from "../src/members.js";
import { recordSocket } from "../src/recorded-socket.js";
import { startRunningSite } from "../src/running-site.js";
import { Site } from "../src/site.js";

/** Runs `plan`, its temporary files in a directory of their own, which it leaves empty. */
async function plan(site: Site, ...args: readonly string[]): Promise<CommandResult> {
  const scratch = `${site.directory.path}-plan`;
  await mkdir(scratch, { recursive: true });
  const options = ["--state-dir", site.stateDirectory, ...args];
  const result = await runLighthouse(["plan", site.configDirectory, ...options], { TMPDIR: scratch });
  expect(await readdir(scratch)).toEqual([]);
  return result;
}

/** Everything of a site that a plan must leave alone. */
async function standing(site: Site) {
  return {
    files: await filesAsTheyAre(site.directory.path),
    pid: await site.haproxyPid(),
    servers: await site.servers("web"),
  };
}

describe.skipIf(!requireServer("haproxy"))("a plan beside a real HAProxy", () => {
  it("tells what a change would do, and touches no file and says nothing to the socket that changes something", async () => {
    const { site, port } = await startRunningSite();
    const [node] = JSON.parse((await site.runner.get("/api/v1/status")).body).clusters.web.nodes;
    await site.runner.stop();
    expect(await plan(site)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("A sync would change nothing."),
    });

    await site.writeNodes("web", [
      { host: "app1.example.com", ip: node.ip, port: node.port },
      ...unreachableNodes(1, 8),
    ]);
    const before = await standing(site);
    const socket = await recordSocket(site.socket);
    const [members, asJson] = [await plan(site), await plan(site, "--json")];
    const lines = socket.lines();
    await socket.close();
    expect(members.code).toBe(2);
    expect(members.stdout).toMatch(/^haproxy\n {2}file {5}\S+haproxy\.cfg: changed\n/);
    expect(members.stdout).toContain("+    server app9.example.com:8000 10.0.0.9:8000");
    expect(members.stdout).toMatch(/\n {2}runtime {2}web\/app9\.example\.com:8000: add server/);
    expect(members.stdout).not.toContain("reload");
    expect(JSON.parse(asJson.stdout).balancers.haproxy.changes[0]).toMatchObject({ kind: "file", action: "changed" });
    expect(lines.filter((line) => line !== "" && !/^(show |prompt$|quit$|set timeout )/.test(line))).toEqual([]);
    expect(lines.some((line) => line.startsWith("show "))).toBe(true);

    await site.writeCluster("web", { port, backend: ["retries 2"] });
    const structural = await plan(site);
    expect(structural.stdout).toMatch(/\n {2}reload {3}haproxy: cluster web changed \(structure\)\n/);
    await site.writeCluster("web", { port });
    const after = await standing(site);
    expect({ pid: after.pid, servers: after.servers }).toEqual({ pid: before.pid, servers: before.servers });
    const written = (files: readonly string[]) => files.filter((line) => /\/(run|state|nodes)\/[^ ]*[^k] /.test(line));
    expect(written(after.files)).toEqual(written(before.files));
  });

  it.skipIf(!requireServer("etcd"))(
    "reads the registry of a runner that goes on, writes nothing there, and takes no part in it",
    async () => {
      const etcd = await startEtcd();
      onTestFinished(() => etcd.stop());
      const site = await Site.create();
      await site.writeConfig("discovery/etcd.yaml", { hosts: etcd.hosts, prefix: "/lighthouse" });
      await site.writeCluster("web", { port: await freePort() }, { discovery: "etcd" });
      const nodes = unreachableNodes(2);
      for (const node of nodes) {
        await etcd.gateway.put(`/lighthouse/web/${node.host}:${node.port}`, JSON.stringify(node));
      }
      await site.start();
      await site.untilServers("web", nodes);
      await site.until("the runner to be in line", async () => (await site.balancer()).converged);
      const [before, keys] = [await site.balancer(), await etcd.gateway.list("/")];
      const { code, stdout } = await plan(site, "--json");
      expect(JSON.parse(stdout)).toMatchObject({
        balancers: { haproxy: { changes: [] } },
        clusters: { web: { discovery: "etcd", source: "live", nodes: 2 } },
      });
      expect(code).toBe(0);
      expect(await etcd.gateway.list("/")).toEqual(keys);
      const { generation, reloads } = await site.balancer();
      expect({ generation, reloads }).toEqual({ generation: before.generation, reloads: before.reloads });
      expect(await site.status()).toMatchObject({ clusters: { web: { source: "live" } } });
    },
  );
});
