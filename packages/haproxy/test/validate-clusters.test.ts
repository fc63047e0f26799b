import { ConfigError, type Problem, schemaValidator } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import { clusterSchema } from "../src/config/cluster-schema.js";
import type { HAProxyConfig } from "../src/config/haproxy-config.js";
import { validateClusters } from "../src/config/validate-clusters.js";
import { config, part } from "./parts.js";

interface Given {
  readonly [name: string]: Record<string, unknown> & { readonly meta?: string };
}

function check(settings: HAProxyConfig, given: Given): readonly Problem[] {
  const clusters = Object.entries(given).map(([name, { meta, ...block }]) => {
    const { metaCluster, block: valid } = part(name, block, [], meta ?? null);
    return { name, metaCluster, config: valid };
  });
  return validateClusters(settings, clusters);
}

const plain: HAProxyConfig = config({ bind_address: "127.0.0.1" });
const full: HAProxyConfig = config({
  stats: { port: 9000 },
  proxies: { out: { port: 9001, bind_address: "127.0.0.1", upstreams: [], options: ["mode tcp", "bind :9011-9012"] } },
  meta_clusters: { api: { port: 9002, frontend: ["bind 10.0.0.1:9013 # more"] }, web: { port: 9003 } },
  meta_cluster_ports: { older: 9004 },
});

describe("clusters that cannot be together", () => {
  test.each<readonly [string, HAProxyConfig, Given, Problem["path"], string]>([
    [
      "one port",
      plain,
      { a: { port: 80 }, b: { port: 80 } },
      ["b", "port"],
      "cluster b: 127.0.0.1:80 is taken by cluster a (127.0.0.1:80)",
    ],
    [
      "one port, one of them everywhere",
      plain,
      { a: { port: 80 }, b: { port: 80, bind_address: "*" } },
      ["b", "port"],
      "cluster b: *:80 is taken by cluster a (127.0.0.1:80)",
    ],
    [
      "both IP versions by an option",
      plain,
      { a: { port: 80, bind_address: "::", bind_options: "v4v6" }, b: { port: 80 } },
      ["b", "port"],
      "cluster b: 127.0.0.1:80 is taken by cluster a (*:80)",
    ],
    [
      "one of several binds",
      plain,
      { a: { port: 80 }, b: { port: 81, binds: [":82", "localhost:80 accept-proxy"] } },
      ["b", "binds", 1],
      "cluster b: 127.0.0.1:80 is taken by cluster a (127.0.0.1:80)",
    ],
    [
      "a bind directive in the frontend",
      plain,
      { a: { port: 80 }, b: { port: 81, frontend: ["log global", "  bind   :80 # too"] } },
      ["b", "frontend", 1],
      "cluster b: *:80 is taken by cluster a (127.0.0.1:80)",
    ],
    [
      "a range",
      plain,
      { a: { binds: ["127.0.0.1:8000-8010"] }, b: { port: 8005 } },
      ["b", "port"],
      "cluster b: 127.0.0.1:8005 is taken by cluster a (127.0.0.1:8000-8010)",
    ],
    [
      "a range over one that was there",
      plain,
      { a: { port: 8005 }, b: { binds: ["127.0.0.1:8000-8010"] } },
      ["b", "binds", 0],
      "cluster b: 127.0.0.1:8000-8010 is taken by cluster a (127.0.0.1:8005)",
    ],
    [
      "one address twice in one cluster",
      plain,
      { a: { port: 80, binds: ["127.0.0.1:80"] } },
      ["a", "binds", 0],
      "cluster a: 127.0.0.1:80 is taken by cluster a (127.0.0.1:80)",
    ],
    ["stats", full, { a: { port: 9000 } }, ["a", "port"], "cluster a: *:9000 is taken by stats (*:9000)"],
    [
      "a proxy",
      full,
      { a: { port: 9001, bind_address: "localhost" } },
      ["a", "port"],
      "cluster a: 127.0.0.1:9001 is taken by proxy out (127.0.0.1:9001)",
    ],
    [
      "a bind directive of a proxy",
      full,
      { a: { port: 9012 } },
      ["a", "port"],
      "cluster a: *:9012 is taken by proxy out (*:9011-9012)",
    ],
    [
      "a meta cluster",
      full,
      { a: { port: 9002 } },
      ["a", "port"],
      "cluster a: *:9002 is taken by meta cluster api (*:9002)",
    ],
    [
      "a bind directive of a meta cluster",
      full,
      { a: { port: 9013 } },
      ["a", "port"],
      "cluster a: *:9013 is taken by meta cluster api (10.0.0.1:9013)",
    ],
    [
      "a meta cluster in the older form",
      full,
      { a: { port: 9004 } },
      ["a", "port"],
      "cluster a: *:9004 is taken by meta cluster older (*:9004)",
    ],
    [
      "a cluster named like a proxy",
      full,
      { out: {} },
      ["out"],
      'cluster out: has the same section name "out" as proxy out',
    ],
    [
      "a cluster named like a meta cluster",
      full,
      { api: {} },
      ["api"],
      'cluster api: has the same section name "api" as meta cluster api',
    ],
    [
      "a cluster named like stats",
      full,
      { stats: {} },
      ["stats"],
      'cluster stats: has the same section name "stats" as stats',
    ],
    [
      "a cluster named like another's frontend",
      plain,
      { web: { port: 80 }, "web.in": { port: 81 } },
      ["web.in"],
      'cluster web.in: has the same section name "web.in" as cluster web',
    ],
    [
      "a meta cluster named like a cluster's frontend",
      config({ meta_cluster_ports: { "web.in": 1 } }),
      { web: {} },
      ["web"],
      'cluster web: has the same section name "web.in" as meta cluster web.in',
    ],
    [
      "a meta cluster that is not there",
      full,
      { a: { meta: "apo", acl: "path_beg /" } },
      ["a"],
      'no meta cluster "apo" is configured; did you mean "api"?',
    ],
    [
      "a meta cluster that is not there, and none is near",
      plain,
      { a: { meta: "api", acl: "path_beg /" } },
      ["a"],
      'no meta cluster "api" is configured; add it to meta_clusters in the balancer\'s file',
    ],
    [
      "a member of a meta cluster without a condition",
      full,
      { a: { meta: "api" } },
      ["a"],
      '"acl" is required: the condition that sends requests of api to this cluster',
    ],
    [
      "a condition without a meta cluster",
      full,
      { a: { acl: "path_beg /" } },
      ["a", "acl"],
      "needs a meta_cluster: a cluster without one has no conditions",
    ],
  ])("%s", (_name, settings, given, path, message) => {
    expect(check(settings, given)).toEqual([{ path, message }]);
  });

  test("are all named at once", () => {
    const found = check(full, { a: { port: 9000 }, b: { port: 9000, meta: "api" }, api: {} });
    expect(found.map(({ path }) => path[0])).toEqual(["b", "api", "a", "b"]);
  });

  test.each<readonly [string, Given]>([
    ["other addresses", { a: { port: 80, bind_address: "127.0.0.2" }, b: { port: 80 } }],
    ["other IP versions", { a: { port: 80, bind_address: "::1" }, b: { port: 80 } }],
    ["sockets that are no TCP", { a: { binds: ["/run/a.sock", "abns@x"] }, b: { binds: ["/run/a.sock"] } }],
    ["no port at all", { a: {}, b: {} }],
    ["names that every object has", { constructor: { port: 1 }, toString: { port: 2 } }],
    ["ranges side by side", { a: { binds: [":1-5"] }, b: { binds: [":6-9"] } }],
    ["a comment that looks like a bind line", { a: { port: 1, frontend: ["# bind :2"] }, b: { port: 2 } }],
  ])("and those that can: %s", (_name, given) => {
    expect(check(plain, given)).toEqual([]);
  });

  test("thousands of them are compared by port, not each with each", () => {
    const given = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`c${index}`, { port: 1000 + index }]));
    expect(check(plain, given)).toEqual([]);
  });
});

describe("a cluster's block", () => {
  const validate = schemaValidator(clusterSchema);

  test("gets its defaults", () => {
    expect(validate({})).toEqual({
      binds: [],
      acl_priority: 0,
      frontend: [],
      backend: [],
      server_options: "",
      peers: false,
    });
  });

  test.each<readonly [string, Record<string, unknown>, string]>([
    ["a port that is none", { port: "80a" }, 'port: must be an integer from 1 to 65535, got "80a"'],
    [
      "an unknown key",
      { server_option: "check" },
      'server_option: unknown key "server_option"; did you mean "server_options"?',
    ],
    [
      "a newline in server_options",
      { server_options: "check\nserver x" },
      'server_options: must be one line of text without control characters, got "check\\nserver x"',
    ],
    [
      "a newline in a bind line",
      { binds: [":1\n:2"] },
      'binds[0]: must be one line of text without control characters, got ":1\\n:2"',
    ],
    [
      "a carriage return in the frontend",
      { frontend: ["a\rb"] },
      'frontend[0]: must be one line of text without control characters, got "a\\rb"',
    ],
    [
      "a newline in bind_options",
      { bind_options: "ssl\n" },
      'bind_options: must be one line of text without control characters, got "ssl\\n"',
    ],
    ["a newline in acl", { acl: "a\nb" }, 'acl: must be one line of text without control characters, got "a\\nb"'],
    ["an empty acl", { acl: "" }, 'acl: must be one line of text without control characters, got ""'],
    [
      "an address with parameters",
      { bind_address: "10.0.0.1 ssl" },
      'bind_address: must be an IP address, a host name, or * for all addresses, got "10.0.0.1 ssl"',
    ],
    ["a fraction of a priority", { acl_priority: 1.5 }, "acl_priority: must be an integer, got 1.5"],
    ["peers as a word", { peers: "yes" }, 'peers: must be true or false, got "yes"'],
    ["a drain that is none", { drain: "off" }, 'drain: must be a duration such as 250ms, 30s, 5m, got "off"'],
  ])("names its mistake: %s", (_name, block, message) => {
    expect(() => validate(block)).toThrow(new ConfigError([{ path: [], message }]).message);
  });
});
