import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type ListeningServer,
  type PostgresqlServer,
  postgresqlBinary,
  requireServer,
  startPgbouncer,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClientsPart } from "../src/clients/clients-part.js";
import type { ClientSettings } from "../src/config/postgresql-config.js";
import { cluster, contextOf, member, ReplicationSet } from "./support/replication-set.js";

const isThere = requireServer("postgresql") && requireServer("pgbouncer");
const BLOCK = {
  services: { "orders-rw": "read-write", "orders-ro": "prefer-standby" },
  pgbouncer: [
    { database: "orders", dbname: "postgres" },
    { database: "orders-ro", dbname: "postgres", to: "standby" },
  ],
};

describe.skipIf(!isThere)("clients of a primary and two standbys", () => {
  let set: ReplicationSet;
  let pgbouncer: ListeningServer;
  let settings: ClientSettings;
  let part: ClientsPart;
  let include: string;
  let serviceFile: string;
  const orders = (block: object = BLOCK) =>
    cluster(
      set.servers.map(({ port }) => member(port)),
      block,
    );
  const { signal } = new AbortController();

  async function pass(
    clusters = [orders()],
  ): Promise<{ changes: readonly string[]; problems: readonly string[]; complete: boolean }> {
    const { changes, problems, complete } = await part.sync(clusters, { signal });
    return {
      changes: changes.map(({ kind, target }) => `${kind} ${target.split("/").at(-1)}`),
      problems: problems.map(({ message }) => message),
      complete,
    };
  }

  /** The port of the server that a client reaches. */
  async function reached(conninfo: string): Promise<string> {
    const env = { ...process.env, PGSERVICEFILE: serviceFile, PGPASSFILE: set.passfile };
    const args = ["-XAtq", "-d", `${conninfo} user=app connect_timeout=5`, "-c", "SELECT inet_server_port()"];
    return (await promisify(execFile)(postgresqlBinary("psql"), args, { env, timeout: 20_000 })).stdout.trim();
  }
  const byService = (name: string): Promise<string> => reached(`service=${name} dbname=postgres`);
  const byPgbouncer = (name = "orders"): Promise<string> =>
    reached(`host=127.0.0.1 port=${pgbouncer.port} dbname=${name}`);

  async function follow(standby: PostgresqlServer, primary: PostgresqlServer): Promise<void> {
    const upstream = `host=${primary.socketDirectory} port=${primary.port} user=postgres`;
    await standby.query(`ALTER SYSTEM SET primary_conninfo = '${upstream}'`);
    await standby.query("SELECT pg_reload_conf()");
  }

  beforeAll(async () => {
    set = await ReplicationSet.start(2);
    include = join(set.directory, "databases.ini");
    serviceFile = join(set.directory, "services.conf");
    for (const server of set.servers) {
      server.writeHba(["local all all trust", "local replication all trust", "host all app 127.0.0.1/32 trust"]);
      await server.query("SELECT pg_reload_conf()");
      if (server !== set.server(0)) await follow(server, set.server(0));
    }
    pgbouncer = await startPgbouncer({ directory: set.directory, include });
    settings = {
      service_file: serviceFile,
      pgbouncer: { include, admin: { host: "127.0.0.1", port: pgbouncer.port, user: "admin" } },
      connection: { user: "app", passfile: set.passfile, database: "postgres", sslmode: "prefer" },
      probe_timeout: "20s",
    };
    part = new ClientsPart(settings, contextOf(set.directory));
  });
  afterAll(async () => {
    await part?.stop();
    await pgbouncer?.stop();
    await set?.stop();
  });

  test("reach the primary, or a standby, by service and through pgbouncer", async () => {
    const planned = await part.plan([orders()], { signal });
    expect(planned.map(({ kind }) => kind)).toEqual(["file", "file", "reload"]);
    expect(existsSync(serviceFile)).toBe(false);
    const first = await pass();
    expect(first.changes).toEqual(["file services.conf", "file databases.ini", "reload pgbouncer"]);
    expect(first.problems).toEqual([
      expect.stringMatching(/^1 of 2 standbys get no connections: pgbouncer takes one port/),
    ]);
    expect(await byService("orders-rw")).toBe(String(set.server(0).port));
    expect(await byService("orders-ro")).not.toBe(String(set.server(0).port));
    expect(await byPgbouncer()).toBe(String(set.server(0).port));
    expect(await byPgbouncer("orders-ro")).not.toBe(String(set.server(0).port));
    expect((await pass()).changes).toEqual([]);
    expect(await part.plan([orders()], { signal })).toEqual([]);
  });

  test("are told which member is what, and what sends them there", async () => {
    const reports = await part.describe(orders(), { signal });
    const services = "clients come by service orders-rw, orders-ro";
    expect(reports.map(({ state, serving, detail }) => [state, serving, detail])).toEqual([
      ["primary", true, `${services} and pgbouncer's orders`],
      ...(await Promise.all(
        [set.server(1), set.server(2)].map(async ({ port }) => {
          const isChosen = (await byPgbouncer("orders-ro")) === String(port);
          return ["standby", true, isChosen ? `${services} and pgbouncer's orders-ro` : services];
        }),
      )),
    ]);
  });

  test("keep what they have while there are no members, or none is known", async () => {
    const before = [readFileSync(serviceFile, "utf8"), readFileSync(include, "utf8")];
    for (const nodes of [null, []]) {
      const result = await pass([cluster(nodes, { ...BLOCK, mass_removal: "follow" })]);
      expect(result.changes).toEqual([]);
      expect([readFileSync(serviceFile, "utf8"), readFileSync(include, "utf8")]).toEqual(before);
    }
    await pass();
  });

  test("have pgbouncer brought in line where it was told nothing, or the file was changed", async () => {
    const right = readFileSync(include, "utf8");
    writeFileSync(include, `${right}mine = host='127.0.0.1' port=1 dbname='x'\n`);
    expect((await pass()).changes).toEqual(["file databases.ini", "reload pgbouncer"]);
    expect(readFileSync(include, "utf8")).toBe(right);
  });

  test("keep the file, and what pgbouncer runs with, where pgbouncer does not take what was written", async () => {
    const right = readFileSync(include, "utf8");
    const { service_file: _file, ...rest } = settings;
    const renamed = orders({ pgbouncer: [{ database: "renamed", dbname: "postgres" }] });
    const without = new ClientsPart(
      {
        ...rest,
        pgbouncer: {
          include: join(set.directory, "elsewhere.ini"),
          admin: { host: "127.0.0.1", port: pgbouncer.port, user: "admin" },
        },
      },
      contextOf(set.directory, "other"),
    );
    const { problems, complete } = await without.sync([renamed], { signal });
    expect(complete).toBe(false);
    expect(problems[0]?.message).toMatch(
      /elsewhere\.ini: the server objects .*no database "renamed"; does it include this file\?/,
    );
    expect(existsSync(join(set.directory, "elsewhere.ini"))).toBe(false);
    expect(readFileSync(include, "utf8")).toBe(right);
    await without.stop();
  });

  test("follow a promotion, and not an old primary that comes back", async () => {
    await set.server(0).kill();
    const waiting = await pass();
    expect(waiting.changes).toEqual([]);
    expect(waiting.problems.join()).toMatch(/no member answers as a primary .* go where they went before/);
    await set.server(1).promote();
    await follow(set.server(2), set.server(1));
    expect((await pass()).changes).toEqual(["file databases.ini", "reload pgbouncer"]);
    expect(await byPgbouncer()).toBe(String(set.server(1).port));
    expect(await byService("orders-rw")).toBe(String(set.server(1).port));
    await set.server(0).start();
    const split = await pass();
    expect(split.changes).toEqual([]);
    expect(split.problems.join()).toMatch(/split brain: .* and .* all take writes/);
    await set.server(1).kill();
    const behind = await pass();
    expect(behind.problems.join()).toMatch(
      /\(timeline 1\) was left behind: a primary with timeline 2 was there before/,
    );
    expect(readFileSync(include, "utf8")).toContain(`orders = host='127.0.0.1' port=${set.server(1).port} `);
    await set.server(1).start();
    await set.server(0).kill();
  });

  test("have a pgbouncer that hangs, or is gone, told of; its file is right for its next start", async () => {
    pgbouncer.pause();
    try {
      const { complete, problems } = await pass();
      expect(complete).toBe(false);
      expect(problems.join()).toMatch(/pgbouncer's console cannot be reached/);
    } finally {
      pgbouncer.resume();
    }
    await waitFor(async () => (await pass()).complete, {
      what: "pgbouncer to be brought in line",
      deadlineMs: 30_000,
      everyMs: 200,
    });
  });

  test("do not have another program's file taken over", async () => {
    const { pgbouncer: _pgbouncer, ...rest } = settings;
    const foreign = join(set.directory, "foreign.conf");
    writeFileSync(foreign, "[mine]\nhost=x\n");
    const other = new ClientsPart({ ...rest, service_file: foreign }, contextOf(set.directory, "other"));
    await expect(other.sync([orders()], { signal })).rejects.toThrow(/foreign\.conf was not written by Lighthouse/);
    expect(readFileSync(foreign, "utf8")).toBe("[mine]\nhost=x\n");
    await other.stop();
  });
});
