import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DiscoverySource, type DiscoverySubject, discoveryConformance } from "@lighthouse-sd/conformance";
import { serializeNode } from "@lighthouse-sd/core";
import { requireServer, startTcpProxy, startZookeeper, type ZookeeperEnsemble } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";
import ZooKeeperDiscovery from "../src/index.js";
import { PlainClient } from "./support/plain-client.js";

const SESSION_MS = 4000;

describe.skipIf(!requireServer("zookeeper"))("a real ZooKeeper", () => {
  let ensemble: ZookeeperEnsemble;
  let client: PlainClient;
  let sources = 0;

  beforeAll(async () => {
    ensemble = await startZookeeper();
    client = await new PlainClient(ensemble.servers[0]?.port ?? 0).connected();
  });
  afterAll(async () => {
    await client?.close();
    await ensemble?.stop();
  });

  const create = async (): Promise<DiscoverySource> => {
    const root = `/conformance-${sources++}`;
    const directory = await mkdtemp(join(tmpdir(), "zookeeper-"));
    const proxy = await startTcpProxy({ targetPort: ensemble.servers[0]?.port ?? 0 });
    const pathOf = (cluster: string, name: string): string => `${root}/lighthouse/${cluster}/${name}`;
    return {
      directory,
      config: {
        hosts: [`127.0.0.1:${proxy.port}${root}`],
        path: "/lighthouse",
        session_timeout: SESSION_MS / 1000,
      },
      establish: (cluster) => client.makePath(`${root}/lighthouse/${cluster}`),
      put: (cluster, node) => client.replace(pathOf(cluster, node.name), serializeNode(node)),
      putText: (cluster, name, text) => client.replace(pathOf(cluster, name), text),
      remove: (cluster, node) => client.remove(pathOf(cluster, node.name)),
      cut: (how) => (how === "hangs" ? proxy.hang() : proxy.cut()),
      restore: () => proxy.restore(),
      async dispose() {
        await proxy.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  };

  const subject: DiscoverySubject = {
    plugin: ZooKeeperDiscovery,
    create,
    invalidConfigs: [
      { config: {}, path: "" },
      { config: { hosts: [], path: "/lighthouse" }, path: "hosts" },
      { config: { hosts: ["zk1:2181"], path: "/lighthouse", sesion_timeout: "5s" }, path: "sesion_timeout" },
      { config: { hosts: ["zk1:2181"], path: "/lighthouse", username: "lighthouse" }, path: "username" },
    ],
    cuts: [{ name: "refuses connections" }, { name: "hangs" }],
    leaseMs: SESSION_MS,
  };
  discoveryConformance({ describe, it: it.concurrent }, subject);
});
