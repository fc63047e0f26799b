import { isConfigError, schemaValidator } from "@lighthouse-sd/core";
import { expect, test } from "vitest";
import { clusterSchema } from "../src/config/cluster-schema.js";
import type { PostgreSQLBlock, PostgreSQLConfig } from "../src/config/postgresql-config.js";
import PostgreSQL from "../src/index.js";
import { findPassword } from "../src/passfile.js";
import { slotName } from "../src/text/slot-name.js";

const SERVER = {
  cluster: "orders",
  connection: { user: "lighthouse" },
  replication: { user: "replicator" },
  config_file: "/etc/postgresql/15/main/conf.d/90-lighthouse.conf",
};

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return error.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
  }
}

test.each<readonly [string, object, RegExp]>([
  ["nothing to do", {}, /"server" or "clients" is required/],
  [
    "a fragment that include_dir does not read",
    { server: { ...SERVER, config_file: "/x/y" } },
    /config_file: must end with \.conf/,
  ],
  [
    "a line end in a path",
    { server: { ...SERVER, config_file: "/x\n.conf" } },
    /must be a path without control characters/,
  ],
  [
    "a password in a login",
    { server: { ...SERVER, replication: { user: "r", password: "p" } } },
    /unknown key "password"/,
  ],
  [
    "pgbouncer without a way to ask",
    { clients: { pgbouncer: { include: "x", admin: { user: "a" } } } },
    /"connection" is required with "pgbouncer"/,
  ],
  [
    "certificates to be verified with nothing",
    { server: { ...SERVER, replication: { user: "r", sslmode: "verify-full" } } },
    /server\.replication: "sslrootcert" is required with sslmode: verify-full/,
  ],
  [
    "what would verify certificates, and does not",
    { server: { ...SERVER, connection: { user: "l", sslmode: "require", sslrootcert: "ca.pem" } } },
    /server\.connection\.sslrootcert: verifies nothing with sslmode: require; set verify-ca or verify-full/,
  ],
  [
    "a certificate without its key",
    { clients: { service_file: "s", connection: { user: "u", sslcert: "a.pem" } } },
    /clients\.connection: "sslkey" is required with "sslcert"/,
  ],
  [
    "a certificate that can be shown to nobody",
    { server: { ...SERVER, replication: { user: "r", sslmode: "disable", sslcert: "a", sslkey: "b" } } },
    /server\.replication\.sslcert: is for TLS, which sslmode: disable forbids/,
  ],
  ["a user of two lines", { server: { ...SERVER, connection: { user: "a\nb" } } }, /connection\.user: must be a name/],
])("a configuration with %s is refused", (_case, config, message) => {
  expect(problemsOf(() => PostgreSQL.validateConfig(config)).join("; ")).toMatch(message);
});

const block = (value: object): PostgreSQLBlock => schemaValidator<PostgreSQLBlock>(clusterSchema)(value);

test.each<readonly [string, object, RegExp]>([
  ["all users", { hba: { user: "all" } }, /hba\.user: must be one user's name; not all/],
  ["a regular expression for a user", { hba: { user: "/.*" } }, /hba\.user: must be/],
  ["another prefix than slots can have", { slots: { prefix: "Lh-" } }, /slots\.prefix: must be up to 20 of a-z/],
  ["a service of two lines", { services: { "a\nb": "any" } }, /services\.a\nb: must be a name/],
])("a block with %s is refused", (_case, value, message) => {
  expect(problemsOf(() => block(value)).join("; ")).toMatch(message);
});

const CLIENTS: PostgreSQLConfig = PostgreSQL.validateConfig({
  clients: { service_file: "s", pgbouncer: { include: "i", admin: { user: "a" } }, connection: { user: "u" } },
});

test.each<readonly [string, readonly object[], string]>([
  [
    "trust, unasked",
    [{ hba: { user: "r", method: "trust" } }],
    "c0.hba.method: trust lets everybody in on a member's address; allow_trust: true accepts that",
  ],
  [
    "cert without TLS",
    [{ hba: { user: "r", method: "cert" } }],
    "c0.hba.method: cert works over TLS alone: set ssl: true",
  ],
  ["nobody to let in", [{ hba: {} }], 'c0.hba: "user" or "extra" is required: nobody would be let in'],
  [
    "more standbys to wait for than are listed",
    [{ synchronous: { mode: "any", count: 2, min_standbys: 1 } }],
    "c0.synchronous.min_standbys: must be at least count (2), or commits wait for standbys that are not listed; got 1",
  ],
  [
    "a name that is too long in bytes",
    [{ hba: { user: "é".repeat(40) } }],
    "c0.hba.user: has 80 bytes; PostgreSQL keeps 63 of a name",
  ],
  [
    "a service twice",
    [{ services: { rw: "any" } }, { services: { rw: "any" } }],
    'c1.services.rw: "rw" is there already, in cluster c0',
  ],
  [
    "a database twice",
    [{ pgbouncer: [{ database: "a" }, { database: "a" }] }],
    'c0.pgbouncer.1: "a" is there already, in cluster c0',
  ],
])("clusters with %s are refused", (_case, blocks, message) => {
  const clusters = blocks.map((value, index) => ({ name: `c${index}`, metaCluster: null, config: block(value) }));
  const problems = PostgreSQL.validateClusters(CLIENTS, clusters);
  expect(problems.map(({ path, message: text }) => `${path.join(".")}: ${text}`)).toEqual([message]);
});

test.each([
  ["db1.example.com", 5432, "lh_db1_example_com_5432"],
  ["10.0.0.1", 5433, "lh_10_0_0_1_5433"],
  ["DB-1", 5432, /^lh_db_1_[0-9a-f]{8}$/],
  ["2001:db8::1", 5432, /^lh_2001_db8__1_[0-9a-f]{8}$/],
  [`${"n".repeat(63)}.example.com`, 5432, /^lh_n{51}_[0-9a-f]{8}$/],
])("the slot of %s:%i is named so that every host comes to the same name", (host, port, wanted) => {
  const name = slotName("lh_", { host, port });
  expect(name).toMatch(wanted);
  expect(name).toMatch(/^[a-z0-9_]{1,63}$/);
});

test("slots of hosts that differ in what a name cannot say have different names", () => {
  const hosts = ["a.b", "a-b", "a_b", "A.b", "a:b"];
  expect(new Set(hosts.map((host) => slotName("lh_", { host, port: 1 }))).size).toBe(hosts.length);
});

test.each([
  ["*:*:*:app:secret", "secret"],
  ["other:*:*:app:no\n10.0.0.1:5432:db:app:yes", "yes"],
  ["# 10.0.0.1:*:*:*:no\n*:*:*:*:a:b\\:c\\\\d", "a:b:c\\d"],
  ["10.0.0.1:5433:*:app:no", undefined],
  ["*:*:replication:app:no", undefined],
  ["", undefined],
])("a password file %j gives %j", (text, wanted) => {
  expect(findPassword(text, { host: "10.0.0.1", port: 5432, database: "db", user: "app" })).toBe(wanted);
});
