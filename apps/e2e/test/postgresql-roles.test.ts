import { readFile } from "node:fs/promises";
import { freePorts, type PostgresqlServer, requireServer, waitFor } from "@lighthouse-sd/test-servers";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { postgresqlPort } from "../src/postgresql-port.js";
import { startPostgresqlServers, upstream } from "../src/postgresql-servers.js";
import { OPEN_GUARD, startReporter } from "../src/reporters.js";
import { Site } from "../src/site.js";

const EXAMPLE = new URL("../../../examples/postgresql/", import.meta.url);
const CLUSTERS = ["orders-rw", "orders-ro"];
const isThere = requireServer("haproxy") && requireServer("postgresql");

/** A site whose HAProxy has a port for writes and one for reads, by the clusters of one example. */
interface Front {
  readonly way: string;
  readonly site: Site;
  readonly rw: number;
  readonly ro: number;
}

/** HAProxy asks the servers itself. */
async function startAsking(servers: readonly PostgresqlServer[]): Promise<Front> {
  const front = await createFront("by HAProxy's own checks", "haproxy");
  const nodes = servers.map(({ port }) => ({ host: "127.0.0.1", ip: "127.0.0.1", port }));
  for (const name of CLUSTERS) await front.site.writeNodes(name, nodes);
  await front.site.start();
  return front;
}

/** A reporter asks the servers, and registers each as what it is. */
async function startReported(servers: readonly PostgresqlServer[]): Promise<Front> {
  const front = await createFront("by reporters", "haproxy-by-checks");
  for (const name of CLUSTERS) {
    const { port: _port, checks, ...service } = await example(`haproxy-by-checks/services/${name}.yaml`);
    const { passfile: _passfile, ...check } = (checks as { readonly postgresql: Block }).postgresql;
    const own = { interval: "200ms", postgresql: { ...check, user: "lighthouse_probe", timeout: "5s" } };
    await front.site.writeConfig(`services/${name}.yaml`, {
      ...service,
      ports: servers.map(({ port }) => port),
      checks: own,
    });
  }
  await startReporter(front.site);
  await front.site.start();
  return front;
}

type Block = Readonly<Record<string, unknown>>;

async function createFront(way: string, folder: string): Promise<Front> {
  const site = await Site.create();
  const [rw = 0, ro = 0] = await freePorts(2);
  for (const [name, port] of [["orders-rw", rw] as const, ["orders-ro", ro] as const]) {
    const { haproxy, guard } = await example(`${folder}/clusters/${name}.yaml`);
    const keys = guard === undefined ? OPEN_GUARD : { guard: guard as Block };
    await site.writeCluster(name, { ...(haproxy as Block), port }, keys);
  }
  return { way, site, rw, ro };
}

async function example(file: string): Promise<Block> {
  return parse(await readFile(new URL(file, EXAMPLE), "utf8")) as Block;
}

describe.skipIf(!isThere)("one HAProxy before a primary and two standbys", () => {
  it("gives writes to the primary and reads to standbys, and follows a promotion, whoever asks the servers", {
    timeout: 240_000,
  }, async () => {
    const servers = await startPostgresqlServers("lighthouse_probe", ["n2", "n3"]);
    const fronts = [await startAsking(servers), await startReported(servers)];
    const [first, second, third] = servers as [PostgresqlServer, PostgresqlServer, PostgresqlServer];
    const patience = { deadlineMs: 60_000, everyMs: 200 };
    const writesReach = async ({ port, name }: PostgresqlServer): Promise<void> => {
      for (const { way, rw } of fronts) {
        await waitFor(async () => (await postgresqlPort(rw)) === port, {
          what: `writes to reach ${name} ${way}`,
          ...patience,
        });
      }
    };
    const readsReach = async (...standbys: readonly PostgresqlServer[]): Promise<void> => {
      const wanted = standbys
        .map(({ port }) => port)
        .sort()
        .join();
      for (const { way, ro } of fronts) {
        // A server counts as up until HAProxy has asked it for the first time.
        const readers = async (): Promise<string> => {
          const ports: number[] = [];
          for (let read = 0; read < 8; read++) ports.push(await postgresqlPort(ro));
          return [...new Set(ports)].sort().join();
        };
        await waitFor(async () => (await readers()) === wanted, {
          what: `reads to reach ${wanted} alone, ${way}`,
          ...patience,
        });
      }
    };
    await writesReach(first);
    await readsReach(second, third);
    await first.kill();
    await second.promote();
    // A standby of nobody falls behind: reads would not be given to it where that is looked at.
    await third.query(`ALTER SYSTEM SET primary_conninfo = '${upstream(second)}'`);
    await third.query("SELECT pg_reload_conf()");
    await writesReach(second);
    await readsReach(third);
  });
});
