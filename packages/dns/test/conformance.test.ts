import { createHash } from "node:crypto";
import { type DiscoverySource, type DiscoverySubject, discoveryConformance } from "@lighthouse-sd/conformance";
import type { Node } from "@lighthouse-sd/core";
import { requireServer, startDnsmasq, tempDirectory } from "@lighthouse-sd/test-servers";
import { describe, it } from "vitest";
import DnsDiscovery from "../src/index.js";

/** Quick enough for a test; the defaults are a person's. */
const QUICK = { timeout: "1s", attempts: 2, min_ttl: "100ms", max_ttl: "1s" };

const subject = {
  plugin: DnsDiscovery,
  addressOnly: true,
  invalidConfigs: [
    { config: { servers: [] }, path: "servers" },
    { config: { servers: ["10.0.0.1", "ns1.example.com"] }, path: "servers[1]" },
    { config: { timeout: "soon" }, path: "timeout" },
    { config: { min_ttl: "1m", max_ttl: "1s" }, path: "max_ttl" },
    { config: { server: "10.0.0.1" }, path: "server" },
  ],
  cuts: [{ name: "refuses connections" }, { name: "hangs" }],
} satisfies Partial<DiscoverySubject>;

describe.skipIf(!requireServer("dnsmasq"))("the addresses of a name", () => {
  discoveryConformance(
    { describe, it: it.concurrent },
    {
      ...subject,
      block: (cluster) => ({ host: nameOf(cluster), port: 8000 }),
      node: (index) => ({ host: `192.0.2.${index + 1}`, ip: `192.0.2.${index + 1}`, port: 8000 }),
      create: addressSource,
    },
  );
});

describe.skipIf(!requireServer("dnsmasq"))("SRV records", () => {
  discoveryConformance(
    { describe, it: it.concurrent },
    {
      ...subject,
      block: (cluster) => ({ srv: `_http._tcp.${nameOf(cluster)}` }),
      manyNodes: 60,
      manyChanges: 30,
      create: srvSource,
    },
  );
});

/** Names of clusters may be longer than those of DNS, and differ in case alone. */
function nameOf(cluster: string): string {
  return `c${createHash("sha1").update(cluster).digest("hex")}.test`;
}

/** The members of each cluster, by name. */
type Members = Map<string, Map<string, Node>>;

function changes(members: Members, apply: () => Promise<void>): Pick<DiscoverySource, "put" | "remove"> {
  return {
    put: (cluster, node) => {
      members.set(cluster, (members.get(cluster) ?? new Map<string, Node>()).set(node.name, node));
      return apply();
    },
    remove: (cluster, node) => {
      members.get(cluster)?.delete(node.name);
      return apply();
    },
  };
}

/** One server, that goes on answering while its records are changed. */
async function addressSource(): Promise<DiscoverySource> {
  const directory = await tempDirectory();
  const server = await startDnsmasq({ directory: directory.path, records: ["local=/test/"] });
  const members: Members = new Map();
  const hosts = (): readonly string[] =>
    [...members].flatMap(([cluster, nodes]) => [...nodes.values()].map(({ ip }) => `${ip} ${nameOf(cluster)}`));
  return {
    directory: directory.path,
    config: { ...QUICK, servers: [server.address] },
    ...changes(members, () => server.setHosts(hosts())),
    cut: (how) => (how === "hangs" ? server.pause() : server.kill()),
    restore: () => (server.running ? server.resume() : server.start()),
    dispose: async () => {
      await server.kill();
      await directory.remove();
    },
  };
}

/** Two servers, that are started anew one after the other when their records are changed. */
async function srvSource(): Promise<DiscoverySource> {
  const directory = await tempDirectory();
  const servers = [
    await startDnsmasq({ directory: directory.path, records: ["local=/test/"] }),
    await startDnsmasq({ directory: directory.path, records: ["local=/test/"] }),
  ];
  const members: Members = new Map();
  let cut: string | undefined;
  const apply = async (): Promise<void> => {
    if (cut !== undefined) return;
    for (const server of servers) await server.serve(recordsOf(members));
  };
  return {
    directory: directory.path,
    config: { ...QUICK, servers: servers.map(({ address }) => address) },
    ...changes(members, apply),
    cut: async (how) => {
      cut = how;
      for (const server of servers) await (how === "hangs" ? server.pause() : server.kill());
    },
    restore: async () => {
      cut = undefined;
      await apply();
    },
    dispose: async () => {
      for (const server of servers) await server.kill();
      await directory.remove();
    },
  };
}

function recordsOf(members: Members): readonly string[] {
  const lines = [...members].flatMap(([cluster, nodes]) =>
    [...nodes.values()].flatMap(({ host, ip, port }) => [
      `srv-host=_http._tcp.${nameOf(cluster)},${host},${port}`,
      `host-record=${host},${ip}`,
    ]),
  );
  return ["local=/test/", ...new Set(lines)];
}
