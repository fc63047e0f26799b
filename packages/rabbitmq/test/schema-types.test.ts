import { describe, expect, test } from "vitest";
import { checkSchema, type RabbitMQCheckConfig } from "../src/check/check-config.js";
import { clusterSchema } from "../src/config/cluster-schema.js";
import { configSchema } from "../src/config/config-schema.js";
import type { Management, RabbitMQBlock, RabbitMQConfig } from "../src/config/rabbitmq-config.js";

/** Every key of an interface, and whether a validated value always has it: a table of another shape does not compile. */
type Keys<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? "maybe" : "always" };

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

const config: Keys<RabbitMQConfig> = {
  config_file: "always",
  nodename: "always",
  self: "maybe",
  command: "always",
  queues_command: "always",
  environment: "always",
  management: "maybe",
  reconcile_interval: "always",
  command_timeout: "always",
};
const management: Keys<Management> = { url: "always", username: "always", password_file: "always" };
const block: Keys<RabbitMQBlock> = {
  seeds: "always",
  expected_size: "maybe",
  partition_handling: "maybe",
  join: "always",
  grow_quorum_queues: "always",
  forget: "always",
  forget_after: "always",
  keep_absent: "always",
};
const check: Keys<RabbitMQCheckConfig> = { management: "maybe" };

describe("the schema and the interface have the same keys, and fill in the same ones", () => {
  test.each<readonly [string, Schema, Readonly<Record<string, "always" | "maybe">>]>([
    ["balancers/rabbitmq.yaml", configSchema, config],
    ["management", (configSchema as Schema).properties?.["management"] ?? {}, management],
    ["a cluster's block", clusterSchema, block],
    ["the check", checkSchema, check],
  ])("%s", (_name, schema, keys) => {
    const found = Object.entries(schema.properties ?? {}).map(([key, value]) => {
      const isAlways = schema.required?.includes(key) === true || value.default !== undefined;
      return [key, isAlways ? "always" : "maybe"];
    });
    expect(Object.fromEntries(found)).toEqual(keys);
  });
});
