import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  freePort,
  freePorts,
  haproxyCommand,
  httpGet,
  requireServer,
  runLighthouse,
} from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { unreachableNodes } from "../src/members.js";
import { Site } from "../src/site.js";

/** Every secret has this in it, and nothing else has. */
const PLANTED = "planted-secret";
const TOKEN = `${PLANTED}-token-0123`;

/** A file with a secret that only its reader may know. */
async function secretFile(site: Site, name: string, text = `${PLANTED}-${name}`): Promise<string> {
  const directory = join(site.directory.path, "secrets");
  await mkdir(directory, { recursive: true });
  const path = join(directory, name);
  await writeFile(path, `${text}\n`, { mode: 0o600 });
  return path;
}

/** Registries and targets that nobody answers for: what is said of each failure is an output too. */
async function writeLogins(site: Site): Promise<void> {
  const ports = await freePorts(5);
  const [etcd, zookeeper, management, , redis] = ports.map((port) => `127.0.0.1:${port}`);
  const login = async (name: string) => ({ username: "lighthouse", password_file: await secretFile(site, name) });
  await site.writeConfig("discovery/etcd.yaml", { hosts: [etcd], ...(await login("etcd")) });
  await site.writeConfig("discovery/zookeeper.yaml", { hosts: [zookeeper], path: "/x", ...(await login("zookeeper")) });
  await site.writeConfig("balancers/rabbitmq.yaml", {
    config_file: join(site.directory.path, "rabbitmq.conf"),
    nodename: "rabbit@localhost",
    command: ["/bin/false"],
    management: { url: `http://${management}`, ...(await login("rabbitmq")) },
  });
  const passfile = await secretFile(site, "postgresql", `*:*:*:*:${PLANTED}-postgresql`);
  await site.writeConfig("balancers/postgresql.yaml", {
    server: {
      cluster: "db",
      connection: { host: "127.0.0.1", port: ports[3], user: "lighthouse", passfile },
      replication: { user: "replicator", passfile },
      config_file: join(site.directory.path, "postgresql.conf"),
      hba_file: join(site.directory.path, "pg_hba.conf"),
    },
  });
  await site.writeConfig("clusters/db.yaml", { discovery: "file", postgresql: { hba: { user: "replicator" } } });
  await site.writeConfig("clusters/mq.yaml", { discovery: "zookeeper", rabbitmq: { seeds: ["rabbit@mq1"] } });
  await site.writeConfig("services/cache.yaml", {
    port: Number(redis?.split(":")[1]),
    discovery: "etcd",
    checks: { interval: "200ms", redis: await login("redis"), postgresql: { user: "probe", passfile } },
  });
}

/** HAProxy's own, one of them in a line that it refuses, and files with errors. */
async function writeHaproxy(site: Site): Promise<void> {
  const [web = 0, bad = 0, remote = 0] = await freePorts(3);
  const header = `http-request set-header Authorization "Bearer ${PLANTED}-header"`;
  await site.writeCluster("web", { port: web, backend: [header] });
  await site.writeCluster("bad", {
    port: bad,
    backend: [`http-request set-header Authorization ${PLANTED}-one ${PLANTED}-two`, `stats auth ${PLANTED}-user`],
  });
  await site.writeConfig("clusters/remote.yaml", { discovery: "etcd", haproxy: { port: remote } });
  await site.writeConfig("discovery/inline.yaml", `type: etcd\nhosts: [127.0.0.1:1]\npassword: ${PLANTED}-inline\n`);
  await site.writeConfig("clusters/broken.yaml", `discovery: file\nhaproxy: {backend: ["${header}"\n`);
  await site.writeNodes("web", unreachableNodes(2));
  await site.writeNodes("bad", unreachableNodes(1, 10));
  await site.writeNodes("db", unreachableNodes(1, 20));
}

/** What the commands print that look, at a directory and at a running one. */
async function printed(site: Site, running: readonly string[]): Promise<readonly string[]> {
  const { configDirectory: directory, stateDirectory } = site;
  const plan = ["plan", directory, "--state-dir", stateDirectory];
  const looks = ["status", "events", "explain web", "explain bad", "explain remote"].map((look) => look.split(" "));
  const all = running.length === 0 ? [["check", directory], plan] : looks.map((look) => [...look, ...running]);
  const commands = all.flatMap((command) => [command, [...command, "--json"]]);
  const results: string[] = [];
  for (let next = 0; next < commands.length; next += 4) {
    const some = commands.slice(next, next + 4).map((command) => runLighthouse(command));
    for (const { stdout, stderr } of await Promise.all(some)) results.push(stdout, stderr);
  }
  return results;
}

/** What is answered over HTTP, with the token and with one that is nearly it. */
async function answered(port: number): Promise<readonly string[]> {
  const clusters = ["web", "bad", "remote", "mq", "db", "none"].map((name) => `/api/v1/clusters/${name}/explain`);
  const paths = ["/", "/readyz?verbose", "/metrics", "/api/v1/status", "/api/v1/events", "/nowhere", ...clusters];
  const bodies: string[] = [];
  for (const path of paths) {
    for (const token of [TOKEN, `${TOKEN}x`]) {
      bodies.push((await httpGet({ port, path, headers: { authorization: `Bearer ${token}` } })).body);
    }
  }
  return bodies;
}

describe.skipIf(!requireServer("haproxy"))("secrets in files and configurations", () => {
  it("are in no output: log, check, plan, status, explain, events, metrics, HTTP", async () => {
    const defaults = ["mode http", "timeout connect 1s", "timeout client 5s", "timeout server 5s"];
    const stats = `stats auth admin:${PLANTED}-stats`;
    const site = await Site.create({ balancer: { defaults: [...defaults, stats] } });
    await writeLogins(site);
    await writeHaproxy(site);
    const tokenFile = await secretFile(site, "token", TOKEN);
    const before = await printed(site, []);
    expect(before.join("\n")).toContain("+    http-request set-header Authorization ***");

    const remote = await freePort();
    site.launch([
      "--role",
      "both",
      "--log-level",
      "debug",
      "--http",
      `127.0.0.1:${remote}`,
      "--http-token-file",
      tokenFile,
    ]);
    await site.until("the balancer of HAProxy, and all failures to be told", async () => {
      const { body } = await httpGet({ port: remote, path: "/api/v1/status" });
      const { balancers, clusters, services } = JSON.parse(body);
      expect(balancers.haproxy).toMatchObject({ lastError: null, problems: [expect.anything()] });
      expect([
        balancers.rabbitmq.lastSync ?? balancers.rabbitmq.lastError,
        balancers.postgresql.lastError,
      ]).not.toContain(null);
      expect([clusters.remote.error, clusters.mq.error]).not.toContain(null);
      expect(services.cache.ports[0]).toMatchObject({ state: "down" });
      return true;
    });
    expect(await haproxyCommand(site.socket, "show info")).toContain("Pid:");
    const url = ["--url", `http://127.0.0.1:${remote}`, "--token-file", tokenFile];
    const outputs = [...before, ...(await printed(site, url)), ...(await answered(remote))];
    await site.runner.stop();
    outputs.push(site.runner.output());
    const all = outputs.join("\n");
    // The secret is there to be shown, and each place where it could be was reached.
    expect(await site.configText()).toContain(`${PLANTED}-stats`);
    for (const word of [
      "lighthouse_sync_total",
      "discovery/inline.yaml",
      "clusters/broken.yaml",
      "clusters/bad.yaml",
    ]) {
      expect(all).toContain(word);
    }
    const shown = all.split("\n").filter((line) => line.includes(PLANTED));
    expect(shown).toEqual([]);
  });
});
