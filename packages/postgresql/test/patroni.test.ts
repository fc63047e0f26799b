import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type EtcdCluster,
  type PatroniCluster,
  type PatroniMember,
  postgresqlBinary,
  requireServer,
  startEtcd,
  startPatroni,
  startPgbouncer,
  tempDirectory,
} from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ClientsPart } from "../src/clients/clients-part.js";
import type { ClientSettings, ServerSettings } from "../src/config/postgresql-config.js";
import { ServerPart } from "../src/server/server-part.js";
import { cluster, contextOf, member } from "./support/replication-set.js";

const isThere =
  requireServer("postgresql") && requireServer("etcd") && requireServer("pgbouncer") && requireServer("patroni");
const { signal } = new AbortController();

describe.skipIf(!isThere)("servers that Patroni keeps", () => {
  let directory: string;
  let remove: () => Promise<void>;
  let etcd: EtcdCluster;
  let patroni: PatroniCluster;
  let members: readonly [PatroniMember, PatroniMember];

  beforeAll(async () => {
    ({ path: directory, remove } = await tempDirectory());
    etcd = await startEtcd();
    patroni = await startPatroni({ directory, etcd: etcd.hosts[0] ?? "", members: 2 });
    members = patroni.members as unknown as typeof members;
  });
  afterAll(async () => {
    await patroni?.stop();
    await etcd?.stop();
    await remove?.();
  });
  const orders = (block: object = {}) =>
    cluster(
      members.map(({ port }) => member(port)),
      block,
    );

  test("are left to Patroni, byte for byte, whichever role they have", async () => {
    for (const { name, port, socketDirectory, dataDirectory } of members) {
      const files = ["postgresql.conf", "pg_hba.conf", "postgresql.auto.conf"].map((file) => join(dataDirectory, file));
      const before = files.map((file) => readFileSync(file, "utf8"));
      const settings: ServerSettings = {
        cluster: "orders",
        connection: { host: socketDirectory, port, user: "postgres", database: "postgres", sslmode: "prefer" },
        replication: { user: "replicator", sslmode: "prefer" },
        config_file: join(dataDirectory, "90-lighthouse.conf"),
        hba_file: "auto",
        probe_timeout: "2s",
      };
      const part = new ServerPart(settings, contextOf(directory, name), () => 0);
      await expect(part.sync([orders()], { signal })).rejects.toThrow(
        /^Patroni keeps this server .*leave access, upstream and slots to Patroni, .* remove "server" here; "clients" works beside it$/,
      );
      await part.stop();
      expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(before);
    }
  });

  test("have clients that follow its switch-over", async () => {
    const include = join(directory, "databases.ini");
    const pgbouncer = await startPgbouncer({ directory, include, users: ["postgres"] });
    onTestFinished(() => pgbouncer.stop());
    const settings: ClientSettings = {
      pgbouncer: { include, admin: { host: "127.0.0.1", port: pgbouncer.port, user: "admin" } },
      connection: { user: "postgres", database: "postgres", sslmode: "prefer" },
      probe_timeout: "5s",
    };
    const part = new ClientsPart(settings, contextOf(directory));
    onTestFinished(() => part.stop());
    const pass = () => part.sync([orders({ pgbouncer: [{ database: "orders", dbname: "postgres" }] })], { signal });
    const reached = async (): Promise<number> => {
      const target = `host=127.0.0.1 port=${pgbouncer.port} dbname=orders user=postgres`;
      const args = ["-XAtq", "-d", target, "-c", "SELECT inet_server_port()"];
      return Number((await promisify(execFile)(postgresqlBinary("psql"), args, { timeout: 20_000 })).stdout);
    };
    await pass();
    expect(await reached()).toBe(members[0].port);
    await patroni.switchOver(...members);
    await pass();
    expect(await reached()).toBe(members[1].port);
  });
});
