import { ConfigError, describeProblem, schemaValidator } from "@lighthouse-sd/core";
import { expect, expectTypeOf, test } from "vitest";
import { parseHosts } from "../src/config/hosts.js";
import EtcdDiscovery, { type EtcdBlock, type EtcdDiscoveryConfig } from "../src/index.js";

test("defaults are filled in, and the prefix has no slash at its end", () => {
  expect(EtcdDiscovery.validateConfig({ hosts: ["etcd1"] })).toEqual({
    hosts: ["etcd1"],
    prefix: "/lighthouse",
    lease: "15s",
  });
  expect(EtcdDiscovery.validateConfig({ hosts: ["etcd1"], prefix: "/a/b//" }).prefix).toBe("/a/b");
});

test.each<[unknown, readonly string[]]>([
  [{}, ['"hosts" is required']],
  [{ hosts: "etcd1" }, ['hosts: must be a list of members such as etcd1.example.com:2379, got "etcd1"']],
  [{ hosts: ["etcd1"], hots: [] }, ['hots: unknown key "hots"; did you mean "hosts"?']],
  [{ hosts: ["etcd1"], tls: { cafile: "a" } }, ['tls.cafile: unknown key "cafile"; did you mean "ca_file"?']],
  [
    { hosts: ["a b", "etcd1:0", "etcd1", "ETCD1:2379", "ftp://etcd1"] },
    [
      'hosts[0]: must be a member such as etcd1.example.com:2379, got "a b"',
      'hosts[1]: must be a member such as etcd1.example.com:2379, got "etcd1:0"',
      "hosts[3]: is the same member as hosts[2]",
      'hosts[4]: must be a member such as etcd1.example.com:2379, got "ftp://etcd1"',
    ],
  ],
  [
    { hosts: ["http://etcd1"], tls: {} },
    ['hosts[0]: "tls" is set, but http://etcd1 asks for plain HTTP; write https:// or only the host'],
  ],
  [
    { hosts: ["etcd1"], username: "app", tls: { key_file: "key" }, lease: "2h" },
    [
      '"password_file" is required where "username" is set',
      'tls: "cert_file" is required where "key_file" is set',
      'lease: must be a duration from 2s to 1h, got "2h"',
    ],
  ],
  [{ hosts: ["etcd1"], lease: "soon" }, ['lease: must be a duration such as 250ms, 30s, 5m, got "soon"']],
])("%j is refused with every problem", (config, problems) => {
  expect(problemsOf(() => EtcdDiscovery.validateConfig(config))).toEqual(problems);
});

test.each([
  ["etcd1", false, "http://etcd1:2379"],
  ["etcd1.example.com:1234", false, "http://etcd1.example.com:1234"],
  ["http://10.0.0.5:2379/", false, "http://10.0.0.5:2379"],
  ["https://etcd1", false, "https://etcd1:2379"],
  ["etcd1", true, "https://etcd1:2379"],
  ["[2001:db8::1]:2379", true, "https://[2001:db8::1]:2379"],
])("the member %s (tls %s) is spoken to at %s", (host, tls, url) => {
  expect(EtcdDiscovery.validateConfig({ hosts: [host], ...(tls && { tls: {} }) }).hosts).toEqual([host]);
  expect(parseHosts([host], tls)[0]?.url).toBe(url);
});

test("a cluster's block may name its own prefix and a format", () => {
  const validate = schemaValidator<EtcdBlock>(EtcdDiscovery.clusterSchema);
  expect(validate({ prefix: "/services/greeter", format: "grpc" })).toEqual({
    prefix: "/services/greeter",
    format: "grpc",
  });
  expect(problemsOf(() => validate({ fromat: "grpc" }))).toEqual([
    'fromat: unknown key "fromat"; did you mean "format"?',
  ]);
  expect(problemsOf(() => validate({ format: "nerve" }))).toEqual([
    'format: must be one of "lighthouse", "grpc", got "nerve"',
  ]);
});

test("the schema and the type have the same keys", () => {
  const keys = ["hosts", "prefix", "username", "password_file", "tls", "lease"] as const;
  expectTypeOf<(typeof keys)[number]>().toEqualTypeOf<keyof EtcdDiscoveryConfig>();
  expect(Object.keys(EtcdDiscovery.configSchema["properties"] as object)).toEqual(keys);
});

function problemsOf(validate: () => unknown): readonly string[] {
  try {
    validate();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(describeProblem);
    throw error;
  }
  return [];
}
