import { freePort, requireServer, startEtcd, startZookeeper } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { ReporterFleet } from "../src/reporter-fleet.js";
import { Site } from "../src/site.js";

const SIZE = 4;
const PATIENCE_MS = 90_000;

/** A registry of three servers that can be made to fail. */
interface Registry {
  readonly discovery: object;
  readonly servers: readonly { pause(): void; resume(): void; kill(): Promise<void>; start(): void | Promise<void> }[];
  restartEmpty(): Promise<void>;
}

const REGISTRIES = {
  etcd: async (): Promise<Registry> => {
    const etcd = await startEtcd({ members: 3 });
    onTestFinished(() => etcd.stop());
    const { members: servers, restartEmpty } = etcd;
    return { discovery: { hosts: etcd.hosts, lease: 60 }, servers, restartEmpty };
  },
  zookeeper: async (): Promise<Registry> => {
    const zookeeper = await startZookeeper({ servers: 3, tickMs: 1000 });
    onTestFinished(() => zookeeper.stop());
    const { servers, restartEmpty } = zookeeper;
    return {
      discovery: { hosts: zookeeper.hosts, path: "/lighthouse", session_timeout: "20s" },
      servers,
      restartEmpty,
    };
  },
};

/** A runner with HAProxy, and reporters, on one registry; every look at HAProxy's servers counts. */
async function fleetOn(plugin: "etcd" | "zookeeper") {
  const registry = await REGISTRIES[plugin]();
  const site = await Site.create();
  await site.writeConfig(`discovery/${plugin}.yaml`, registry.discovery);
  await site.writeCluster("web", { port: await freePort() }, { discovery: plugin });
  const fleet = new ReporterFleet(site, SIZE);
  await fleet.configure({ plugin, discovery: registry.discovery, withdrawOnStop: true });
  fleet.start();
  site.launch();
  const count = async (): Promise<number> => (await site.servers("web"))?.length ?? 0;
  await site.until("HAProxy to have every member", async () => (await count()) === SIZE, PATIENCE_MS);

  let fewest = SIZE;
  const cluster = async () => (await site.status()).clusters["web"];
  const until = (what: string, condition: (found: NonNullable<Awaited<ReturnType<typeof cluster>>>) => boolean) =>
    site.until(
      what,
      async () => {
        fewest = Math.min(fewest, await count());
        const found = await cluster();
        if (found !== undefined && condition(found)) return true;
        throw new Error(`the status says ${JSON.stringify(found)}`);
      },
      PATIENCE_MS,
    );
  const keepsAll = async (): Promise<void> => expect([fewest, await count()]).toEqual([SIZE, SIZE]);
  return { registry, site, fleet, until, keepsAll };
}

describe.each(["etcd", "zookeeper"] as const)("where %s fails, HAProxy keeps every member", (plugin) => {
  describe.skipIf(!requireServer("haproxy") || !requireServer(plugin))("", () => {
    it("hung, killed, and down at the runner's start; named in the status, and live again by itself", {
      timeout: 400_000,
    }, async () => {
      const { registry, site, until, keepsAll } = await fleetOn(plugin);
      for (const server of registry.servers) server.pause();
      await until("the hung registry to be named", ({ source }) => source === "lost");
      for (const server of registry.servers) server.resume();
      await until("the registry to be live again", ({ source }) => source === "live");
      await keepsAll();

      await Promise.all(registry.servers.map((server) => server.kill()));
      await until("the dead registry to be named", ({ source }) => source === "lost");
      await site.runner.stop();
      site.launch();
      await until("what was known to stand", ({ source, nodes }) => source === "snapshot" && nodes.length === SIZE);
      await Promise.all(registry.servers.map((server) => server.start()));
      await until("the registry to be live again", ({ source, held }) => source === "live" && held.length === 0);
      await keepsAll();
    });

    it("empty after a restart, with nobody to register again: held until the reporters are back", {
      timeout: 400_000,
    }, async () => {
      const { registry, fleet, until, keepsAll } = await fleetOn(plugin);
      await Promise.all(registry.servers.map((server) => server.kill()));
      await fleet.signal("SIGKILL");
      await registry.restartEmpty();
      await until("every member to be held", ({ source, held }) => source === "live" && held.length === SIZE);
      await keepsAll();
      fleet.start();
      await until("nobody to be held", ({ source, held }) => source === "live" && held.length === 0);
      await keepsAll();
    });
  });
});
