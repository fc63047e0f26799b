import { readFile } from "node:fs/promises";
import { freePorts, type PostgresqlServer, requireServer, startPostgresql, waitFor } from "@lighthouse-sd/test-servers";
import { describe, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { postgresqlPort } from "../src/postgresql-port.js";
import { OPEN_GUARD } from "../src/reporters.js";
import { Site } from "../src/site.js";

const EXAMPLE = new URL("../../../examples/postgresql/haproxy/clusters/", import.meta.url);
const isThere = requireServer("haproxy") && requireServer("postgresql");

/** A primary and two standbys that follow it. */
async function startServers(site: Site): Promise<readonly PostgresqlServer[]> {
  const directory = site.directory.path;
  const hba = ["host postgres lighthouse_probe 127.0.0.1/32 trust"];
  const primary = await startPostgresql({ directory, name: "n1", hba });
  onTestFinished(() => primary.kill());
  await primary.query("CREATE ROLE lighthouse_probe LOGIN");
  const servers = [primary];
  for (const name of ["n2", "n3"]) {
    const settings = [`primary_conninfo = '${upstream(primary)}'`];
    const standby = await startPostgresql({ directory, name, hba, settings, copyOf: primary });
    onTestFinished(() => standby.kill());
    servers.push(standby);
  }
  return servers;
}

function upstream({ socketDirectory, port }: PostgresqlServer): string {
  return `host=${socketDirectory} port=${port} user=postgres`;
}

describe.skipIf(!isThere)("one HAProxy before a primary and two standbys", () => {
  it("gives writes to the primary and reads to standbys, and follows a promotion, with nothing on the database hosts", {
    timeout: 180_000,
  }, async () => {
    const site = await Site.create();
    const servers = await startServers(site);
    const ports = await freePorts(2);
    for (const [index, name] of ["orders-rw", "orders-ro"].entries()) {
      const { haproxy } = parse(await readFile(new URL(`${name}.yaml`, EXAMPLE), "utf8")) as { haproxy: object };
      await site.writeCluster(name, { ...haproxy, port: ports[index] }, OPEN_GUARD);
      await site.writeNodes(
        name,
        servers.map(({ port }) => ({ host: "127.0.0.1", ip: "127.0.0.1", port })),
      );
    }
    const [rw = 0, ro = 0] = ports;
    await site.start();
    const [first, second, third] = servers as [PostgresqlServer, PostgresqlServer, PostgresqlServer];
    const patience = { deadlineMs: 60_000, everyMs: 200 };
    await waitFor(async () => (await postgresqlPort(rw)) === first.port, { what: "writes to reach n1", ...patience });
    // A server counts as up until HAProxy has asked it for the first time.
    const readers = async (): Promise<string> => {
      const ports: number[] = [];
      for (let read = 0; read < 8; read++) ports.push(await postgresqlPort(ro));
      return [...new Set(ports)].sort().join();
    };
    const standbys = [second.port, third.port].sort().join();
    await waitFor(async () => (await readers()) === standbys, {
      what: "reads to reach the standbys alone",
      ...patience,
    });

    await first.kill();
    await second.promote();
    await waitFor(async () => (await postgresqlPort(rw)) === second.port, { what: "writes to reach n2", ...patience });
    await waitFor(async () => (await readers()) === String(third.port), { what: "reads to reach n3", ...patience });
  });
});
