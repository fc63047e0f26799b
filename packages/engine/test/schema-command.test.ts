import { isConfigError, type JsonSchema, schemaValidator } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import { runSchema } from "../src/cli/schema-command.js";
import { standardSchema } from "../src/schema/standard-schema.js";
import { builtIn, TinyDiscovery, tinyFinder } from "./support/small-plugins.js";

class TinyCheck {
  static readonly kind = "check";
  static readonly configSchema: JsonSchema = {
    type: "object",
    additionalProperties: false,
    required: ["uri"],
    properties: { uri: { type: "string" }, pause: { duration: true } },
  };
  static validateDependencies = (): Promise<boolean> => Promise.resolve(true);
  static validateConfig = (config: unknown): unknown => config;
  applyConfig(): void {}
  perform(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

const FINDER = tinyFinder(builtIn("check", "http", TinyCheck));

async function schema(kind: string, name?: string, plugins = FINDER): Promise<JsonSchema> {
  let printed = "";
  const out = (text: string): void => {
    printed += text;
  };
  expect(await runSchema({ kind, name, plugins, out })).toBe(0);
  return JSON.parse(printed);
}

/** What a tool that knows JSON Schema alone says of a value. */
function accepts(of: JsonSchema, value: unknown): boolean {
  try {
    schemaValidator(of)(value);
    return true;
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return false;
  }
}

describe("the schema of a file", () => {
  test.each(["runner", "logging", "balancer", "discovery", "cluster", "service"])(
    "%s is in the words of JSON Schema alone",
    async (kind) => {
      const text = JSON.stringify(await schema(kind));
      expect(text).toContain("http://json-schema.org/draft-07/schema#");
      expect(text).not.toMatch(/"(duration|port|expects)":(true|"off"|"[^"]*[a-z]")/);
    },
  );

  test.each<[string, string | undefined, unknown, boolean]>([
    [
      "runner",
      undefined,
      { http: { listen: "127.0.0.1:80", token_file: "t" }, settle: { min: "20ms", max: 1.5 } },
      true,
    ],
    ["runner", undefined, { peer_port: "1024" }, true],
    ["runner", undefined, { peer_port: 65_536 }, false],
    ["runner", undefined, { peer_port: "65536" }, false],
    ["runner", undefined, { peer_port: "0" }, false],
    ["runner", undefined, { settle: { min: "soon" } }, false],
    ["runner", undefined, { settle: { min: "off" } }, false],
    ["runner", undefined, { htpp: {} }, false],
    ["logging", undefined, { level: "debug" }, true],
    ["logging", undefined, { version: 1, root: {}, handlers: {} }, true],
    ["logging", undefined, { level: "loud" }, false],
    ["balancer", "tiny", { target: "x", drain: "off" }, true],
    ["balancer", undefined, { type: "tiny", name: "edge", target: "x" }, true],
    ["balancer", "tiny", { target: 1 }, false],
    ["balancer", "tiny", { target: "x", other: 1 }, false],
    ["discovery", "list", { type: "list", path: "x", ttl: "1d" }, true],
    ["discovery", "list", { paht: "x" }, false],
    [
      "cluster",
      undefined,
      { discovery: "list", tiny: { port: 80 }, list: { tag: "a" }, guard: { window: "5m" } },
      true,
    ],
    ["cluster", undefined, { discovery: "list", edge: { whatever: 1 }, gone: null }, true],
    ["cluster", undefined, { discovery: "list", tiny: { port: "80a" } }, false],
    ["cluster", undefined, { discovery: "list", guard: { max_removal: "150%" } }, false],
    ["cluster", undefined, { tiny: { port: 80 } }, false],
    ["service", undefined, { discovery: "x", port: 80, checks: { interval: "2s", http: { uri: "/", rise: 3 } } }, true],
    ["service", undefined, { discovery: "x", ports: [80, "81"], checks: { own: { type: "http", uri: "/" } } }, true],
    ["service", undefined, { discovery: "x", checks: { http: { rise: 3 } } }, false],
    ["service", undefined, { discovery: "x", checks: { http: { uri: "/", pause: "long" } } }, false],
    ["service", undefined, { discovery: "x", prot: 80 }, false],
  ])("%s %s: %j is accepted: %s", async (kind, name, value, good) => {
    expect(accepts(await schema(kind, name), value)).toBe(good);
  });

  test("what Lighthouse's own keywords mean goes along with what stands beside them, wherever they stand", () => {
    const own = {
      items: [{ port: true }],
      additionalProperties: { duration: true, default: "5s", expects: "a while" },
      anyOf: [{ allOf: [{ not: { port: true } }], port: true }],
    };
    const text = JSON.stringify(standardSchema(own));
    expect(text).not.toMatch(/"(duration|port|expects)":/);
    expect(text).toContain('"default":"5s","description":"a while","allOf":[{"description":"a duration such as');
  });
});

describe("what cannot be answered", () => {
  test.each<[string, string | undefined, string]>([
    ["clusters", undefined, 'there is no kind of file "clusters"; did you mean cluster?'],
    ["cluster", "web", "schema cluster takes no name"],
    ["balancer", "tyni", 'no balancer plugin "tyni" was found'],
  ])("%s %s", async (kind, name, message) => {
    await expect(runSchema({ kind, name, plugins: FINDER, out: () => undefined })).rejects.toThrow(message);
  });

  test("of several plugins one has to be named", async () => {
    const more = tinyFinder(builtIn("discovery", "other", TinyDiscovery));
    await expect(schema("discovery", undefined, more)).rejects.toThrow("say which discovery is meant: list, other");
  });
});
