import { chmodSync } from "node:fs";
import {
  type CertificateAuthority,
  type CertificateFiles,
  certificateAuthority,
  giveToServer,
  requireServer,
  type TempDirectory,
  tempDirectory,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Login } from "../src/config/postgresql-config.js";
import { withSession } from "../src/session.js";
import { Beside, cluster, member, ReplicationSet } from "./support/replication-set.js";

/** The certificates of servers name this host, and their address. */
const HOST = "db.test";

describe.skipIf(!requireServer("postgresql"))("TLS between members", () => {
  let pems: TempDirectory;
  let authority: CertificateAuthority;
  let stranger: CertificateAuthority;
  let own: CertificateFiles;
  let set: ReplicationSet;
  let marks = 0;

  beforeAll(async () => {
    pems = await tempDirectory();
    chmodSync(pems.path, 0o711);
    authority = await certificateAuthority(pems.path);
    stranger = await certificateAuthority(pems.path, "stranger");
    const { certFile, keyFile } = await authority.issue(HOST);
    own = await authority.issue("replicator");
    for (const file of [keyFile, own.keyFile]) giveToServer(file);
    set = await ReplicationSet.start(1, [
      "ssl = on",
      `ssl_cert_file = '${certFile}'`,
      `ssl_key_file = '${keyFile}'`,
      `ssl_ca_file = '${authority.caFile}'`,
      "log_connections = on",
    ]);
  });
  afterAll(async () => {
    await set?.stop();
    await pems?.remove();
  });

  /** How a login as the app comes about: `tls`, `plain`, or why it does not. */
  async function outcome(login: Partial<Login>, serverName = HOST): Promise<string> {
    const options = {
      user: "app",
      passfile: set.passfile,
      sslmode: "prefer" as const,
      ...login,
      host: "127.0.0.1",
      serverName,
      port: set.server(0).port,
      database: "postgres",
      timeoutMs: 20_000,
      signal: new AbortController().signal,
    };
    const ask = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    return await withSession(options, (session) => session.query(ask)).then(
      ([row]) => (row?.["ssl"] === true ? "tls" : "plain"),
      (error: Error) => error.message,
    );
  }

  async function serverTakes(...lines: readonly string[]): Promise<void> {
    set.server(0).writeHba(["local all all trust", "local replication all trust", ...lines]);
    await reloaded();
  }

  async function reloaded(): Promise<void> {
    const load = () => set.server(0).query("SELECT pg_conf_load_time()");
    const before = await load();
    await set.server(0).query("SELECT pg_reload_conf()");
    await waitFor(async () => (await load()) !== before, { what: "the reload", deadlineMs: 30_000 });
  }

  /** Has the server write something into its log: where that begins. */
  async function markedInLog(): Promise<number> {
    const mark = `mark ${++marks}.`;
    await set.server(0).query(`DO $$ BEGIN RAISE LOG '${mark}'; END $$`);
    const place = () => set.server(0).output.indexOf(`LOG:  ${mark}`);
    await waitFor(async () => place() >= 0, { what: `${mark} in the log`, deadlineMs: 30_000 });
    return place();
  }

  /** How many connections the server has taken over TCP while `work` was done. */
  async function connectionsDuring(work: () => Promise<unknown>): Promise<number> {
    const before = await markedInLog();
    await work();
    const after = await markedInLog();
    const said = set.server(0).output.slice(before, after);
    return said.match(/connection received: host=127\.0\.0\.1/g)?.length ?? 0;
  }

  const verified = (sslmode: "verify-ca" | "verify-full"): Partial<Login> => ({
    sslmode,
    sslrootcert: authority.caFile,
  });

  test("is spoken where the server speaks it, unless it is disabled", async () => {
    await serverTakes("host all app 127.0.0.1/32 scram-sha-256");
    expect(await outcome({ sslmode: "prefer" })).toBe("tls");
    expect(await outcome({ sslmode: "require" })).toBe("tls");
    expect(await outcome({ sslmode: "disable" })).toBe("plain");
    expect(await connectionsDuring(() => outcome({ sslmode: "prefer" }))).toBe(1);
  });

  test("is not insisted on by prefer, where the server lets plain connections in alone", async () => {
    await serverTakes("hostnossl all app 127.0.0.1/32 scram-sha-256");
    expect(await outcome({ sslmode: "prefer" })).toBe("plain");
    expect(await connectionsDuring(() => outcome({ sslmode: "prefer", user: "stranger" }))).toBe(2);
    expect(await outcome({ sslmode: "require" })).toMatch(/no pg_hba\.conf entry .*SSL encryption/);
  });

  test("is insisted on by require, where the server speaks none", async () => {
    await serverTakes("host all app 127.0.0.1/32 scram-sha-256");
    await set.server(0).query("ALTER SYSTEM SET ssl = off");
    await reloaded();
    expect(await outcome({ sslmode: "prefer" })).toBe("plain");
    const none = (sslmode: string): string =>
      `the server speaks no TLS, and sslmode is ${sslmode}: switch it on there (ssl = on), or take sslmode prefer`;
    expect(await outcome({ sslmode: "require" })).toBe(none("require"));
    expect(await outcome(verified("verify-full"))).toBe(none("verify-full"));
    expect(await connectionsDuring(() => outcome({ sslmode: "prefer" }))).toBe(1);
    expect(await connectionsDuring(() => outcome({ sslmode: "prefer", user: "stranger" }))).toBe(1);
    await set.server(0).query("ALTER SYSTEM RESET ssl");
    await reloaded();
  });

  test("is verified as libpq does: by the authority, and by the name as well with verify-full", async () => {
    await serverTakes("hostssl all app 127.0.0.1/32 scram-sha-256");
    expect(await outcome(verified("verify-ca"), "another.test")).toBe("tls");
    expect(await outcome(verified("verify-full"))).toBe("tls");
    expect(await outcome(verified("verify-full"), "127.0.0.1")).toBe("tls");
    expect(await outcome(verified("verify-full"), "another.test")).toMatch(/does not match certificate's altnames/);
    expect(await outcome({ ...verified("verify-ca"), sslrootcert: stranger.caFile })).toMatch(/unable to|self.signed/);
    expect(await outcome({ ...verified("verify-ca"), sslrootcert: "/nowhere.crt" })).toBe(
      "cannot read the certificate or key /nowhere.crt: ENOENT (there is no such file)",
    );
  });

  test("carries a standby that shows a certificate of its own instead of a password", async () => {
    const login: Login = {
      user: "replicator",
      sslmode: "verify-full",
      sslrootcert: authority.caFile,
      sslcert: own.certFile,
      sslkey: own.keyFile,
    };
    const beside = set.servers.map((server) => new Beside(set, server, { replication: login }));
    const nodes = set.servers.map(({ port }) => member(port, "127.0.0.1", HOST));
    const orders = cluster(nodes, { hba: { user: "replicator", ssl: true, method: "cert" } });
    const streams = () =>
      set
        .server(0)
        .query(
          "SELECT s.ssl, s.client_dn, r.application_name FROM pg_stat_replication r JOIN pg_stat_ssl s USING (pid) WHERE state = 'streaming'",
        );
    try {
      await waitFor(
        async () => {
          for (const one of beside) await one.pass(orders);
          return (await streams()) === `t|/CN=replicator|lh_db_test_${set.server(1).port}`;
        },
        { what: "the standby to stream over TLS", deadlineMs: 60_000, everyMs: 100 },
      );
      for (const one of beside) expect(await one.pass(orders)).toEqual({ changes: [], problems: [], complete: true });
    } finally {
      for (const { part } of beside) await part.stop();
    }
  });
});
