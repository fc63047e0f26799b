import { type DiscoverySource, discoveryConformance } from "@lighthouse-sd/conformance";
import { serializeNode } from "@lighthouse-sd/core";
import { type EtcdCluster, requireServer, startEtcd, startTcpProxy } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";
import EtcdDiscovery from "../src/index.js";

describe.skipIf(!requireServer("etcd"))("etcd", () => {
  let etcd: EtcdCluster;
  let sources = 0;

  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd?.stop());

  discoveryConformance(
    { describe, it: it.concurrent },
    {
      plugin: EtcdDiscovery,
      create,
      cuts: [{ name: "refuses connections" }, { name: "hangs" }],
      leaseMs: 3_500,
      invalidConfigs: [
        { config: {}, path: "" },
        { config: { hosts: [] }, path: "hosts" },
        { config: { hosts: ["127.0.0.1:99999"] }, path: "hosts[0]" },
        { config: { hosts: ["127.0.0.1"], lease: "1s" }, path: "lease" },
        { config: { hosts: ["127.0.0.1"], host: "127.0.0.1" }, path: "host" },
      ],
    },
  );

  async function create(): Promise<DiscoverySource> {
    const prefix = `/conformance-${sources++}`;
    const { gateway, members, directory } = etcd;
    const proxy = await startTcpProxy({ targetPort: members[0]?.port ?? 0 });
    return {
      directory,
      config: { hosts: [`127.0.0.1:${proxy.port}`], prefix, lease: "3s" },
      put: (cluster, node) => gateway.put(`${prefix}/${cluster}/${node.name}`, serializeNode(node)),
      remove: (cluster, node) => gateway.delete(`${prefix}/${cluster}/${node.name}`),
      putText: (cluster, name, text) => gateway.put(`${prefix}/${cluster}/${name}`, text),
      cut: (how) => (how === "hangs" ? proxy.hang() : proxy.cut()),
      restore: () => proxy.restore(),
      dispose: () => proxy.stop(),
    };
  }
});
