import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type PostgresqlServer, requireServer, runLighthouse, waitFor } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startPostgresqlServers } from "../src/postgresql-servers.js";
import { startReporter } from "../src/reporters.js";
import { Site } from "../src/site.js";

const EXAMPLE = new URL("../../../examples/postgresql/haproxy-by-checks/", import.meta.url);
const SERVICES = ["orders-rw", "orders-ro"];

interface Service {
  readonly discovery: string;
  readonly checks: { readonly postgresql: Readonly<Record<string, unknown>> };
}

async function example(file: string): Promise<string> {
  return await readFile(new URL(file, EXAMPLE), "utf8");
}

describe.skipIf(!requireServer("postgresql"))("reporters beside a primary and a standby", () => {
  it("register each as what it is, and follow a promotion", { timeout: 180_000 }, async () => {
    const servers = await startPostgresqlServers("lighthouse", ["n2"]);
    const [first, second] = servers as [PostgresqlServer, PostgresqlServer];

    const site = await Site.create();
    for (const name of SERVICES) {
      await site.writeConfig(`clusters/${name}.yaml`, await example(`clusters/${name}.yaml`));
      const { discovery, checks } = parse(await example(`services/${name}.yaml`)) as Service;
      const { passfile: _passfile, ...check } = checks.postgresql;
      await site.writeConfig(`services/${name}.yaml`, {
        discovery,
        ports: [first.port, second.port],
        checks: { interval: "200ms", postgresql: { ...check, timeout: "5s" } },
      });
    }
    const checked = await runLighthouse(["check", site.configDirectory]);
    expect([checked.code, checked.stdout + checked.stderr]).toEqual([0, expect.any(String)]);
    await startReporter(site);
    /** Ports that are registered for writes, and for reads. */
    const registered = () =>
      Promise.all(
        SERVICES.map(async (name) => {
          const files = await readdir(join(site.nodesDirectory, name)).catch(() => []);
          return files.map((file) => Number(/:(\d+)\.reported\.json$/.exec(file)?.[1]));
        }),
      );
    const untilRegistered = (what: string, wanted: readonly (readonly number[])[]) =>
      waitFor(async () => JSON.stringify(await registered()) === JSON.stringify(wanted), { what, deadlineMs: 60_000 });
    await untilRegistered("n1 to be registered for writes, n2 for reads", [[first.port], [second.port]]);
    await first.kill();
    // A standby of nobody is withdrawn as well: how far it is behind cannot be known.
    await untilRegistered("both to be withdrawn", [[], []]);
    await second.promote();
    await untilRegistered("n2 to be registered for writes alone", [[second.port], []]);
  });
});
