import { describe, expect, test } from "vitest";
import { clusterSchema } from "../src/config/cluster-schema.js";
import { configSchema } from "../src/config/config-schema.js";
import type {
  HAProxyBlock,
  HAProxyConfig,
  MetaCluster,
  ProcessSettings,
  StaticProxy,
  Stats,
  Upstream,
} from "../src/config/haproxy-config.js";

/** Every key of an interface, and whether a validated value always has it: a table of another shape does not compile. */
type Keys<T> = { readonly [K in KeyOf<T>]-?: undefined extends Value<T, K> ? "maybe" : "always" };
type KeyOf<T> = T extends unknown ? keyof T : never;
type Value<T, K> = T extends unknown ? (K extends keyof T ? T[K] : undefined) : never;

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

function at(...path: readonly string[]): Schema {
  let schema: Schema = configSchema;
  for (const step of path) {
    const next = step === "*" ? schema.additionalProperties : step === "[]" ? schema.items : schema.properties?.[step];
    if (typeof next !== "object") throw new Error(`no schema at ${path.join(".")}`);
    schema = next;
  }
  return schema;
}

const config: Keys<HAProxyConfig> = {
  config_file: "always",
  socket_file: "always",
  pid_file: "maybe",
  binary: "always",
  global: "always",
  defaults: "always",
  bind_address: "maybe",
  meta_clusters: "always",
  meta_cluster_ports: "always",
  proxies: "always",
  stats: "maybe",
  extra_files: "always",
  socket: "always",
  adopt: "always",
  restart_interval: "always",
  drain: "always",
  resync: "always",
  max_old_workers: "always",
  hard_stop_after: "always",
  enforce: "always",
  runtime: "always",
  process: "always",
};
const socket: Keys<HAProxyConfig["socket"]> = { user: "maybe", group: "maybe", mode: "always" };
const metaCluster: Keys<MetaCluster> = { port: "always", bind_address: "maybe", frontend: "always" };
const proxy: Keys<StaticProxy> = { port: "always", bind_address: "maybe", options: "always", upstreams: "always" };
const upstream: Keys<Upstream> = { host: "always", port: "always", max_conn: "maybe" };
const stats: Keys<Stats> = { port: "always", bind_address: "maybe", uri: "always", timeouts: "always" };
const timeouts: Keys<Stats["timeouts"]> = { connect: "maybe", client: "maybe", server: "maybe" };
const process: Keys<ProcessSettings> = { mode: "always", master_socket: "maybe", reload: "maybe", timeout: "maybe" };
const block: Keys<HAProxyBlock> = {
  port: "maybe",
  bind_address: "maybe",
  bind_options: "maybe",
  binds: "always",
  acl: "maybe",
  acl_priority: "always",
  frontend: "always",
  backend: "always",
  server_options: "always",
  peers: "always",
  drain: "maybe",
};

describe("the schema and the interface have the same keys, and fill in the same ones", () => {
  test.each<readonly [string, Schema, Readonly<Record<string, "always" | "maybe">>]>([
    ["balancers/haproxy.yaml", at(), config],
    ["socket", at("socket"), socket],
    ["a meta cluster", at("meta_clusters", "*"), metaCluster],
    ["a proxy", at("proxies", "*"), proxy],
    ["an upstream", at("proxies", "*", "upstreams", "[]"), upstream],
    ["stats", at("stats"), stats],
    ["the stats' timeouts", at("stats", "timeouts"), timeouts],
    ["process", at("process"), process],
    ["a cluster's block", clusterSchema, block],
  ])("%s", (_name, schema, keys) => {
    const found = Object.entries(schema.properties ?? {}).map(([key, value]) => {
      const isAlways = schema.required?.includes(key) === true || value.default !== undefined;
      return [key, isAlways ? "always" : "maybe"];
    });
    expect(Object.fromEntries(found)).toEqual(keys);
  });
});
