import { readFile } from "node:fs/promises";
import { describeProblem, isConfigError, schemaValidator } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import DnsDiscovery, { type DnsBlock, type DnsDiscoveryConfig } from "../src/index.js";

const validateBlock = schemaValidator<DnsBlock>(DnsDiscovery.clusterSchema);

function problems(validate: (value: unknown) => unknown, value: unknown): readonly string[] {
  try {
    validate(value);
    return [];
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return error.problems.map(describeProblem);
  }
}

describe("a mistake in a cluster's block is named once", () => {
  const wanted = "must be srv: <name>, or host: <name> with port: <number>";
  test.each<readonly [string, object, readonly string[]]>([
    ["nothing", {}, [`${wanted}, got a mapping (family)`]],
    ["a host without a port", { host: "web.test" }, [`${wanted}, got a mapping (host, family)`]],
    [
      "both",
      { srv: "_a._tcp.test", host: "web.test", port: 80 },
      [`${wanted}, got a mapping (srv, host, port, family)`],
    ],
    ["no name", { srv: "_http._tcp.web test" }, ['srv: must be a DNS name, got "_http._tcp.web test"']],
    [
      "a label that is too long",
      { srv: `${"x".repeat(64)}.test` },
      [`srv: must be a DNS name, got "${"x".repeat(59)}…`],
    ],
    [
      "another family",
      { srv: "web.test", family: "v4" },
      ['family: must be one of "auto", "ipv4", "ipv6", "both", got "v4"'],
    ],
    ["a key nearly typed", { srv: "web.test", famly: "ipv4" }, ['famly: unknown key "famly"; did you mean "family"?']],
  ])("%s", (_case, block, messages) => {
    expect(problems(validateBlock, block)).toEqual(messages);
  });
});

test("limits that cannot be kept are refused", () => {
  const validate = DnsDiscovery.validateConfig;
  expect(problems(validate, { timeout: "1ms", min_ttl: 0, max_ttl: "1s" })).toEqual([
    'timeout: must be at least 50ms, got "1ms"',
    "min_ttl: must be at least 50ms, got 0",
  ]);
  expect(problems(validate, { max_ttl: "4s" })).toEqual(["max_ttl: must not be shorter than min_ttl (5s), got 4s"]);
});

/** Every key of an interface, and whether a validated value always has it: a table of another shape does not compile. */
type Keys<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? "maybe" : "always" };

const config: Keys<DnsDiscoveryConfig> = {
  servers: "maybe",
  timeout: "always",
  attempts: "always",
  min_ttl: "always",
  max_ttl: "always",
};
const block: Keys<DnsBlock> = { srv: "maybe", host: "maybe", port: "maybe", family: "always", keep: "maybe" };

interface Schema {
  readonly properties: Readonly<Record<string, { readonly default?: unknown }>>;
}

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

/** The first two cells of each line of the table below a heading. */
function rowsAfter(heading: string): readonly (readonly [string, string])[] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `([^`]+)` +\| (.*?) +\|/gm)].map(([, key = "", value = ""]) => [key, value]);
}

describe.each<readonly [string, unknown, Readonly<Record<string, string>>]>([
  ["Keys of `discovery/<name>.yaml`", DnsDiscovery.configSchema, config],
  ["Keys of the block in `clusters/<name>.yaml`", DnsDiscovery.clusterSchema, block],
])("%s", (heading, schema, keys) => {
  const { properties } = schema as Schema;

  test("are the interface's, and the same ones are filled in", () => {
    const found = Object.entries(properties).map(([key, value]) => [
      key,
      value.default === undefined ? "maybe" : "always",
    ]);
    expect(Object.fromEntries(found)).toEqual(keys);
  });

  test("are all in the README, with their defaults", () => {
    const rows = rowsAfter(heading);
    expect(rows.map(([key]) => key).sort()).toEqual(Object.keys(properties).sort());
    for (const [key, shown] of rows) {
      const value = properties[key]?.default;
      if (value !== undefined) expect(shown).toBe(`\`${value}\``);
    }
  });
});
