import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { balancerConformance } from "@lighthouse-sd/conformance";
import { type PostgresqlServer, requireServer } from "@lighthouse-sd/test-servers";
import { afterAll, describe, it } from "vitest";
import PostgreSQL from "../src/index.js";
import { ReplicationSet } from "./support/replication-set.js";

const FRAGMENT = "90-lighthouse.conf";

if (requireServer("postgresql")) {
  const set = await ReplicationSet.start(0);
  const server = set.server(0);
  const pristine = readFileSync(server.hbaFile, "utf8");
  const etc = join(server.confDirectory, "..");
  afterAll(() => set.stop());

  balancerConformance(
    { describe, it },
    {
      plugin: PostgreSQL,
      exclusive: true,
      // Closed ports of addresses of their own: who is not there is known at once.
      node: (index) => ({ host: `db${index}.test`, ip: `127.0.1.${index + 1}`, port: 1 }),
      block: () => ({
        hba: { user: "replicator" },
        keep_absent: "0s",
        mass_removal: "follow",
        slots: { drop_after: "0s" },
      }),
      invalidConfigs: [
        { config: {}, path: "" },
        { config: { clients: {} }, path: "clients" },
        { config: { server: { ...set.settings(server), config_file: "x" } }, path: "server.config_file" },
      ],
      create: async () => {
        await reset(server, pristine);
        const own = { cluster: "conformance-0", config_file: join("conf.d", FRAGMENT), probe_timeout: "2s" };
        const config = { server: { ...set.settings(server), ...own } };
        return {
          directory: etc,
          config,
          otherConfig: { server: { ...config.server, config_file: "nowhere/x.conf" } },
          files: () => reached(server),
        };
      },
    },
  );
}

/** As it was before any balancer came. */
async function reset(server: PostgresqlServer, hba: string): Promise<void> {
  writeFileSync(server.hbaFile, hba);
  rmSync(join(server.confDirectory, FRAGMENT), { force: true });
  await server.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
  await server.query("SELECT pg_reload_conf()");
}

/** Its files, and the slots that it has. */
async function reached(server: PostgresqlServer): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(server.confDirectory);
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(server.confDirectory, name), "utf8")] as const),
  );
  return new Map([...files, ["pg_hba.conf", await readFile(server.hbaFile, "utf8")]]);
}
