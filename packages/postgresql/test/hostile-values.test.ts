import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { postgresqlBinary, requireServer, startPgbouncer } from "@lighthouse-sd/test-servers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { withConsole } from "../src/clients/pgbouncer-console.js";
import { withSession } from "../src/session.js";
import { renderHbaBlock } from "../src/text/hba-block.js";
import { parseFragment } from "../src/text/parse-fragment.js";
import { quoteConninfo, quoteSetting } from "../src/text/quote.js";
import { FRAGMENT_HEADER, renderConninfo, renderFragment, renderSynchronous } from "../src/text/render-fragment.js";
import { parsePgbouncer, renderPgbouncer } from "../src/text/render-pgbouncer.js";
import { renderServices } from "../src/text/render-services.js";
import { ReplicationSet } from "./support/replication-set.js";

const NASTY = [
  "'",
  '"',
  "\\",
  "''",
  '""',
  " ",
  "#",
  "%",
  "$",
  ",",
  "=",
  ";",
  "@",
  "+",
  "all",
  "replication",
  "(",
  "é",
  "数",
  "🐘",
  "{",
  "\u00a0",
];
const piece = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: "grapheme", maxLength: 3 }));
const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
/** What the configuration takes for a name. */
const name = text.filter(
  (value) => value !== "" && !/\p{Cc}|\p{Cs}|^\//u.test(value) && Buffer.byteLength(value) <= 63,
);
const samples = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] => [...new Set(fc.sample(arbitrary, numRuns))];
const LONG = "n".repeat(63);

test("a fragment is read back as it was written", () => {
  const value = fc.option(text, { nil: undefined });
  fc.assert(
    fc.property(value, value, (conninfo, names) => {
      const settings = {
        ...(conninfo === undefined ? {} : { primary_conninfo: conninfo }),
        ...(names === undefined ? {} : { synchronous_standby_names: names }),
      };
      const bytes = Buffer.from(renderFragment(settings), "utf8").toString("latin1");
      expect(parseFragment(bytes)).toEqual(settings);
    }),
    // Ends of lines for Unicode, not for PostgreSQL.
    { examples: [["\u2028'", "a\\\u2029"]] },
  );
});

describe.skipIf(!requireServer("postgresql"))("values come out as themselves of the server's own parsers", () => {
  let set: ReplicationSet;
  beforeAll(async () => {
    set = await ReplicationSet.start(0);
  });
  afterAll(() => set?.stop());

  const ask = async (statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const { host, port } = set.settings(set.server(0)).connection;
    const options = {
      host,
      port,
      user: "postgres",
      database: "postgres",
      sslmode: "disable" as const,
      timeoutMs: 20_000,
    };
    return await withSession({ ...options, signal: new AbortController().signal }, (session) =>
      session.query(statement),
    );
  };

  test("postgresql.conf", async () => {
    const values = [...samples(fc.oneof(text, fc.string({ unit: "binary-ascii" })), 400), LONG, "a\nb\r\tc", ""].filter(
      (value) => !value.includes("\0") && !/\p{Cs}/u.test(value),
    );
    const lines = values.map((value, index) => `lh.v${index} = ${quoteSetting(value)}`);
    writeFileSync(join(set.server(0).confDirectory, "50-values.conf"), `${FRAGMENT_HEADER}\n${lines.join("\n")}\n`);
    const rows = await ask(
      "SELECT name, setting, error FROM pg_file_settings WHERE name LIKE 'lh.v%' OR error IS NOT NULL",
    );
    const found = new Map(rows.map((row) => [row["name"], row]));
    for (const [index, value] of values.entries())
      expect(found.get(`lh.v${index}`)).toMatchObject({ setting: value, error: null });
    expect(rows).toHaveLength(values.length);
  });

  test("pg_hba.conf", async () => {
    const extra = [...samples(name, 300), LONG, "all", "sameuser", "+group", "@file"].map((user) => ({
      database: user,
      user,
    }));
    const rules = { user: "all", method: "md5", ssl: false, allow_trust: false, extra } as const;
    const members = [
      { host: "a", ip: "10.0.0.1", port: 1 },
      { host: "b", ip: "2001:db8::7", port: 2 },
    ];
    writeFileSync(
      set.server(0).hbaFile,
      `local all all trust\n${renderHbaBlock("orders", rules, members).join("\n")}\n`,
    );
    const rows = await ask(
      "SELECT type, database, user_name, address, netmask, error FROM pg_hba_file_rules ORDER BY line_number",
    );
    const expected = members.flatMap(({ ip }) => [
      [["replication"], ["all"], ip],
      ...extra.map(({ database, user }) => [[database], [user], ip]),
    ]);
    expect(rows.slice(1).map((row) => [row["database"], row["user_name"], row["address"]])).toEqual(expected);
    expect(rows.filter(({ error }) => error !== null)).toEqual([]);
    expect(new Set(rows.slice(1).map(({ netmask }) => netmask))).toEqual(
      new Set(["255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    );
  });

  test("synchronous_standby_names", async () => {
    const names = ["lh_a_1", LONG];
    writeFileSync(
      join(set.server(0).confDirectory, "50-values.conf"),
      renderFragment({ synchronous_standby_names: renderSynchronous("any", 1, names) }),
    );
    const [row] = await ask("SELECT setting, error FROM pg_file_settings WHERE name = 'synchronous_standby_names'");
    expect(row).toEqual({ setting: `ANY 1 ("lh_a_1", "${LONG}")`, error: null });
  });

  test("libpq's connection strings", async () => {
    const { socketDirectory, port } = set.server(0);
    for (const value of [
      ...samples(
        name.filter((one) => one.trim() !== ""),
        25,
      ),
      LONG,
      "a' b\\",
      "x%41",
    ]) {
      const conninfo = `host=${quoteConninfo(socketDirectory)} port=${port} user=postgres dbname=${quoteConninfo(value)}`;
      const failure = await promisify(execFile)(postgresqlBinary("psql"), [
        "-X",
        "-d",
        conninfo,
        "-c",
        "SELECT 1",
      ]).then(
        () => "connected",
        (error: { stderr: string }) => error.stderr,
      );
      expect(failure).toContain(`FATAL:  database "${value}" does not exist`);
    }
  });

  test("a standby's connection string, with a path full of spaces and quotes", async () => {
    const login = { user: "re'pl\\i cator", passfile: "/a b/it's\\.pgpass", sslmode: "prefer" } as const;
    const conninfo = renderConninfo({ host: "db1", ip: "2001:db8::1", port: 5432 }, login, "lh_x");
    expect(conninfo).toBe(
      "host=2001:db8::1 port=5432 user='re\\'pl\\\\i cator' passfile='/a b/it\\'s\\\\.pgpass' sslmode=prefer application_name=lh_x",
    );
  });

  test("libpq's service file", async () => {
    const file = join(set.directory, "services.conf");
    const { port } = set.server(0);
    const members = [
      { ip: "::1", port: 1 },
      { ip: "127.0.0.1", port },
    ];
    writeFileSync(file, renderServices([{ name: "orders-rw", target: "read-write", members }]));
    set.server(0).writeHba(["local all all trust", "host all app 127.0.0.1/32 trust"]);
    await set.server(0).query("SELECT pg_reload_conf()");
    const env = { ...process.env, PGSERVICEFILE: file };
    const args = ["-XAt", "-d", "service=orders-rw user=app dbname=postgres", "-c", "SELECT inet_server_port()"];
    const { stdout } = await promisify(execFile)(postgresqlBinary("psql"), args, { env });
    expect(stdout.trim()).toBe(String(port));
  });

  test.skipIf(!requireServer("pgbouncer"))("pgbouncer's list of databases", async () => {
    const include = join(set.directory, "hostile.ini");
    const names = [...samples(name, 150), LONG];
    const databases = names.map((dbname, index) => ({
      database: index === 0 ? `n-_.${"9".repeat(59)}` : `db${index}`,
      dbname,
      hosts: ["127.0.0.1", "::1"],
      port: 5432,
    }));
    const rendered = renderPgbouncer(databases);
    expect(new Set(parsePgbouncer(rendered).map(({ dbname }) => dbname))).toEqual(new Set(names));
    writeFileSync(include, rendered);
    const pgbouncer = await startPgbouncer({ directory: set.directory, include });
    onTestFinished(() => pgbouncer.stop());
    const admin = { host: "127.0.0.1", port: pgbouncer.port, user: "admin" };
    const rows = await withConsole({ include, admin }, { signal: new AbortController().signal }, (session) =>
      session.query("SHOW DATABASES"),
    );
    const found = new Map(rows.map((row) => [row["name"], row]));
    for (const { database, dbname } of databases) {
      expect(found.get(database)).toMatchObject({ database: dbname, host: "127.0.0.1,::1", port: 5432 });
    }
  });
});
