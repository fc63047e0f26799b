import { checkConformance } from "@lighthouse-sd/conformance";
import type { Check } from "@lighthouse-sd/core";
import { requireServer, waitFor } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { PostgreSQLCheckConfig } from "../src/check/check-config.js";
import PostgreSQLCheck from "../src/check/postgresql-check.js";
import { contextOf, ReplicationSet } from "./support/replication-set.js";

const LOGINS = ["host all app 127.0.0.1/32 scram-sha-256", "host replication replicator 127.0.0.1/32 scram-sha-256"];

describe.skipIf(!requireServer("postgresql"))("the check", () => {
  let set: ReplicationSet;
  beforeAll(async () => {
    set = await ReplicationSet.start(1, ["recovery_min_apply_delay = 0"]);
    for (const server of set.servers) {
      server.writeHba(["local all all trust", "local replication all trust", ...LOGINS]);
      await server.query("SELECT pg_reload_conf()");
    }
    const upstream = `host=${set.server(0).socketDirectory} port=${set.server(0).port} user=postgres`;
    await set.server(1).query(`ALTER SYSTEM SET primary_conninfo = '${upstream}'`);
    await set.server(1).query("SELECT pg_reload_conf()");
    await waitFor(async () => (await set.server(1).query("SELECT status FROM pg_stat_wal_receiver")) === "streaming", {
      what: "the standby to stream",
      deadlineMs: 30_000,
    });
  });
  afterAll(() => set?.stop());

  async function check(config: object): Promise<Check<PostgreSQLCheckConfig>> {
    const made = new PostgreSQLCheck(contextOf(set.directory));
    made.applyConfig(PostgreSQLCheck.validateConfig({ user: "app", passfile: "pass file", ...config }));
    return made;
  }

  async function outcome(
    index: number,
    config: object,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<string> {
    const target = { host: "127.0.0.1", port: set.server(index).port };
    return (await check(config)).perform(target, { signal }).then(
      () => "passed",
      (error: Error) => error.message.replace(/^postgresql 127\.0\.0\.1:\d+: /, ""),
    );
  }

  test.each([{}, { user: "replicator", replication: true }])(
    "tells a primary from a standby, logged in with %j",
    async (login) => {
      expect(await outcome(0, { ...login, role: "primary" })).toBe("passed");
      expect(await outcome(1, { ...login, role: "standby" })).toBe("passed");
      expect(await outcome(1, { ...login, role: "any" })).toBe("passed");
      expect(await outcome(0, { ...login, role: "standby" })).toBe("wanted a standby, found a primary");
      expect(await outcome(1, { ...login, role: "primary" })).toBe("wanted a primary, found a standby");
    },
  );

  test("fails on a wrong password and an unknown user, and never shows a password", async () => {
    expect(await outcome(0, { passfile: "nothing" })).toMatch(/cannot read the secret file .*nothing: ENOENT/);
    expect(await outcome(0, { user: "nobody", passfile: undefined })).toMatch(/no pg_hba\.conf entry/);
  });

  test("a standby that is up to date has no lag; one whose primary hangs is as far behind as its last transaction", async () => {
    const config = { role: "standby", max_lag: "1m" };
    await set.server(0).query("CREATE TABLE some_work (n int)");
    await waitFor(async () => (await outcome(1, config)) === "passed", {
      what: "the standby to be up to date",
      deadlineMs: 30_000,
    });
    await set.server(1).query("SELECT pg_wal_replay_pause()");
    await set.server(0).query("INSERT INTO some_work VALUES (1)");
    await waitFor(
      async () => /^it is [\d.]+ s behind; max_lag is 1ms$/.test(await outcome(1, { ...config, max_lag: "1ms" })),
      {
        what: "the standby to be behind",
        deadlineMs: 30_000,
      },
    );
    expect(await outcome(1, { ...config, max_lag: "1d" })).toBe("passed");
    await set.server(1).query("SELECT pg_wal_replay_resume()");
  });

  test("a hung server is a failure at the deadline", async () => {
    set.server(0).pause();
    try {
      expect(await outcome(0, {}, AbortSignal.timeout(300))).toBe("its time was up before it had answered");
    } finally {
      set.server(0).resume();
    }
    expect(await outcome(0, {})).toBe("passed");
  });

  checkConformance(
    { describe, it },
    {
      plugin: PostgreSQLCheck as never,
      invalidConfigs: [
        { config: {}, path: "" },
        { config: { user: "app", role: "leader" }, path: "role" },
        { config: { user: "app", replication: true, max_lag: "1s" }, path: "max_lag" },
        { config: { user: "app", role: "primary", max_lag: "1s" }, path: "max_lag" },
      ],
      create: () => ({
        directory: set.directory,
        config: { user: "app", passfile: "pass file", role: "primary" },
        target: { host: "127.0.0.1", port: set.server(0).port },
        setFit: async (fit) => {
          const lines = fit ? LOGINS : ["host all all 127.0.0.1/32 reject"];
          set.server(0).writeHba(["local all all trust", "local replication all trust", ...lines]);
          const loaded = await set.server(0).query("SELECT pg_conf_load_time()");
          await set.server(0).query("SELECT pg_reload_conf()");
          await waitFor(async () => (await set.server(0).query("SELECT pg_conf_load_time()")) !== loaded, {
            what: "the reload",
          });
        },
        dispose: async () => {
          set.server(0).writeHba(["local all all trust", "local replication all trust", ...LOGINS]);
          await set.server(0).query("SELECT pg_reload_conf()");
        },
      }),
    },
  );
});
