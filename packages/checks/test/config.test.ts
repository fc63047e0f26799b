import { type CheckPlugin, describeProblem, isConfigError } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import type { HttpCheckConfig, RedisCheckConfig, TcpCheckConfig, TlsSettings } from "../src/index.js";
import { HttpCheck, RedisCheck, TcpCheck } from "../src/index.js";

function problems(plugin: CheckPlugin<unknown>, config: unknown): readonly string[] {
  try {
    plugin.validateConfig(config);
    return [];
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return error.problems.map(describeProblem);
  }
}

describe("Lighthouse 1.0.0's blocks are taken as they are", () => {
  test.each<readonly [string, CheckPlugin<unknown>, unknown]>([
    ["http", HttpCheck, { uri: "/health" }],
    ["http with all keys", HttpCheck, { uri: "/status?full=1", method: "HEAD", https: "yes" }],
    ["tcp", TcpCheck, { query: "ruok", response: "imok" }],
    ["redis", RedisCheck, {}],
  ])("%s", (_name, plugin, config) => {
    expect(problems(plugin, config)).toEqual([]);
  });
});

describe("a mistake is named", () => {
  test.each<readonly [string, CheckPlugin<unknown>, unknown, readonly string[]]>([
    ["no uri", HttpCheck, {}, ['"uri" is required']],
    [
      "a uri without its slash",
      HttpCheck,
      { uri: "health" },
      ['uri: must be a path such as /health (other characters than ASCII percent-encoded), got "health"'],
    ],
    [
      "a line end in a uri",
      HttpCheck,
      { uri: "/\r\nX: y" },
      ['uri: must be a path such as /health (other characters than ASCII percent-encoded), got "/\\r\\nX: y"'],
    ],
    [
      "a line end in a header",
      HttpCheck,
      { uri: "/", headers: { A: "b\nC: d" } },
      ['headers.A: must be a text of printable ASCII, got "b\\nC: d"'],
    ],
    ["a word for https", HttpCheck, { uri: "/", https: "maybe" }, ['https: must be true or false, got "maybe"']],
    [
      "a status out of range",
      HttpCheck,
      { uri: "/", status: [200, 2000] },
      ["status[1]: must be a status such as 204 or a range such as 200-299, got 2000"],
    ],
    [
      "a status that is none",
      HttpCheck,
      { uri: "/", status: "2xx" },
      ['status: must be a status such as 204, a range such as 200-299, or a list of them, got "2xx"'],
    ],
    [
      "a range the wrong way round",
      HttpCheck,
      { uri: "/", status: ["200", "299-200"] },
      ['status[1]: the range "299-200" is empty: write 200-299'],
    ],
    ["a key nearly typed", HttpCheck, { uri: "/", metod: "GET" }, ["unknown key"]],
    ["a query to which nothing is expected", TcpCheck, { query: "ruok" }, ['"response" is required with "query"']],
    ["a response of two lines", TcpCheck, { response: "a\nb" }, ['response: must be a text of one line, got "a\\nb"']],
    [
      "a certificate without its key",
      TcpCheck,
      { tls: { cert_file: "a" } },
      ['tls: "key_file" is required with "cert_file"'],
    ],
    ["a user without a password", RedisCheck, { username: "watch" }, ['"password_file" is required with "username"']],
    ["another role", RedisCheck, { role: "slave" }, ['role: must be one of "master", "replica", got "slave"']],
  ])("%s", (_name, plugin, config, wanted) => {
    const found = problems(plugin, config);
    expect(found.length).toBe(wanted.length);
    for (const [index, text] of wanted.entries()) expect(found[index]).toContain(text);
  });
});

/** Every key of an interface, and whether a validated value always has it: a table of another shape does not compile. */
type Keys<T> = { readonly [K in keyof T]-?: undefined extends T[K] ? "maybe" : "always" };

interface Schema {
  readonly properties: Readonly<Record<string, Schema & { readonly default?: unknown }>>;
  readonly required?: readonly string[];
}

describe("schema and interface have the same keys, and fill in the same ones", () => {
  const tls: Keys<TlsSettings> = {
    verify: "maybe",
    ca_file: "maybe",
    server_name: "maybe",
    cert_file: "maybe",
    key_file: "maybe",
  };
  const http: Keys<HttpCheckConfig> = {
    uri: "always",
    method: "always",
    https: "always",
    host: "maybe",
    headers: "always",
    status: "always",
    body: "maybe",
    tls: "always",
  };
  const tcp: Keys<TcpCheckConfig> = { query: "maybe", response: "maybe", tls: "maybe" };
  const redis: Keys<RedisCheckConfig> = { username: "maybe", password_file: "maybe", role: "maybe", tls: "maybe" };

  test.each<readonly [string, unknown, Readonly<Record<string, string>>]>([
    ["http", HttpCheck.configSchema, http],
    ["tcp", TcpCheck.configSchema, tcp],
    ["redis", RedisCheck.configSchema, redis],
    ["tls", (RedisCheck.configSchema as unknown as Schema).properties["tls"], tls],
  ])("%s", (_name, schema, keys) => {
    const { properties, required = [] } = schema as Schema;
    const found = Object.entries(properties).map(([key, value]) => {
      return [key, required.includes(key) || value.default !== undefined ? "always" : "maybe"];
    });
    expect(Object.fromEntries(found)).toEqual(keys);
  });
});
