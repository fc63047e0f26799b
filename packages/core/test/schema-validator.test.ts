import { describe, expect, it } from "vitest";
import {
  ConfigError,
  describeProblem,
  isConfigError,
  type JsonSchema,
  type Problem,
  schemaValidator,
} from "../src/index.js";

function problemsOf(schema: JsonSchema, value: unknown): readonly Problem[] {
  try {
    schemaValidator(schema)(value);
  } catch (error) {
    if (isConfigError(error)) return error.problems;
    throw error;
  }
  return [];
}
const lines = (schema: JsonSchema, value: unknown): readonly string[] => problemsOf(schema, value).map(describeProblem);
const mapping = (properties: JsonSchema, more: JsonSchema = {}): JsonSchema => ({
  type: "object",
  properties,
  additionalProperties: false,
  ...more,
});

const address = mapping({ host: { type: "string" }, port: { port: true } }, { required: ["host"] });
const balancer = mapping(
  {
    socket_file: { type: "string" },
    port: { port: true },
    checks: { type: "integer", minimum: 1, maximum: 65535 },
    drain: { duration: "off", default: "30s" },
    settle: { duration: true },
    peers: { type: "boolean", default: false },
    upstreams: { type: "array", items: address, default: [] },
    limits: mapping({ soft: { type: "integer", default: 5 } }, { default: {} }),
    options: { type: "object", additionalProperties: { type: "string" } },
  },
  { required: ["socket_file"] },
);

describe("schemaValidator", () => {
  it("names a key that has a name it may not have, once", () => {
    const schema = { type: "object", propertyNames: { pattern: "^[a-z]+$", expects: "a name in lower case" } };
    const wrapped = mapping({ proxies: schema });
    expect(problemsOf(wrapped, { proxies: { fine: 1, "A b": 2 } })).toEqual([
      { path: ["proxies", "A b"], message: 'must be a name in lower case, got "A b"', atKey: true },
    ]);
  });

  it("returns a copy with defaults filled in, nested ones too, and does not modify what it was given", () => {
    const given = { socket_file: "/run/x", upstreams: [{ host: "a", port: "80" }] };
    for (const each of [given, ...given.upstreams, given.upstreams]) Object.freeze(each);
    expect(schemaValidator(balancer)(given)).toEqual({
      socket_file: "/run/x",
      drain: "30s",
      peers: false,
      upstreams: [{ host: "a", port: 80 }],
      limits: { soft: 5 },
    });
    expect(given).toEqual({ socket_file: "/run/x", upstreams: [{ host: "a", port: "80" }] });
  });

  it("gives every caller defaults of its own", () => {
    const validate = schemaValidator<{ upstreams: unknown[] }>(balancer);
    validate({ socket_file: "a" }).upstreams.push("mine");
    expect(validate({ socket_file: "a" }).upstreams).toEqual([]);
  });

  it("accepts what it returned, unchanged", () => {
    const validate = schemaValidator(balancer);
    const once = validate({ socket_file: "/run/x", port: "80" });
    expect(validate(once)).toEqual(once);
  });

  it("tells all problems at once, each with its path, in the schema's order", () => {
    const value = { port: "80a", checks: 0, drian: "1s", upstreams: [{ host: "a" }, { port: 0 }], peers: "maybe" };
    expect(problemsOf(balancer, value)).toEqual([
      { path: [], message: '"socket_file" is required' },
      { path: ["drian"], message: 'unknown key "drian"; did you mean "drain"?', atKey: true },
      { path: ["port"], message: 'must be an integer from 1 to 65535, got "80a"' },
      { path: ["checks"], message: "must be an integer from 1 to 65535, got 0" },
      { path: ["peers"], message: 'must be true or false, got "maybe"' },
      { path: ["upstreams", 1], message: '"host" is required' },
      { path: ["upstreams", 1, "port"], message: "must be an integer from 1 to 65535, got 0" },
    ]);
  });

  it.each<[string, JsonSchema, unknown, readonly string[]]>([
    [
      "a key without the one it needs",
      { ...mapping({ user: {}, password: {} }), dependencies: { user: ["password"] } },
      { user: "a" },
      ['"password" is required with "user"'],
    ],
    [
      "a port that is text",
      mapping({ a: { port: true } }),
      { a: "80a" },
      ['a: must be an integer from 1 to 65535, got "80a"'],
    ],
    [
      "a port out of range",
      mapping({ a: { port: true } }),
      { a: 70_000 },
      ["a: must be an integer from 1 to 65535, got 70000"],
    ],
    ["a port at the root", { port: true }, "x", ['must be an integer from 1 to 65535, got "x"']],
    [
      "an integer with both bounds",
      mapping({ a: { type: "integer", minimum: 1, maximum: 65535 } }),
      { a: "80a" },
      ['a: must be an integer from 1 to 65535, got "80a"'],
    ],
    [
      "an integer with a lower bound",
      mapping({ a: { type: "integer", minimum: 1 } }),
      { a: 0 },
      ["a: must be an integer of at least 1, got 0"],
    ],
    [
      "an integer with an upper bound",
      mapping({ a: { type: "integer", maximum: 9 } }),
      { a: 10 },
      ["a: must be an integer of at most 9, got 10"],
    ],
    ["a fraction for an integer", mapping({ a: { type: "integer" } }), { a: 1.5 }, ["a: must be an integer, got 1.5"]],
    [
      "a number with a bound",
      mapping({ a: { type: "number", minimum: 0 } }),
      { a: -0.5 },
      ["a: must be a number of at least 0, got -0.5"],
    ],
    [
      "a duration",
      mapping({ a: { duration: true } }),
      { a: "5 minutes" },
      ['a: must be a duration such as 250ms, 30s, 5m, got "5 minutes"'],
    ],
    [
      "a duration that cannot be off",
      mapping({ a: { duration: true } }),
      { a: "off" },
      ['a: must be a duration such as 250ms, 30s, 5m, got "off"'],
    ],
    [
      "a duration that can be off",
      mapping({ a: { duration: "off" } }),
      { a: "on" },
      ['a: must be a duration such as 250ms, 30s, 5m, or off, got "on"'],
    ],
    [
      "a mapping",
      mapping({ a: { type: "object" } }),
      { a: [1, 2] },
      ["a: must be a mapping of keys to values, got a list of 2"],
    ],
    ["a list", mapping({ a: { type: "array" } }), { a: { b: 1 } }, ["a: must be a list, got a mapping (b)"]],
    [
      "one of two types",
      mapping({ a: { type: ["string", "null"] } }),
      { a: 5 },
      ["a: must be a string or null, got 5"],
    ],
    [
      "one of some words",
      mapping({ a: { enum: ["tcp", "http"] } }),
      { a: "udp" },
      ['a: must be one of "tcp", "http", got "udp"'],
    ],
    ["a constant", mapping({ a: { const: 1 } }), { a: 2 }, ["a: must be 1, got 2"]],
    [
      "wording of its own",
      mapping({ a: { type: "string", pattern: "^/", expects: "an absolute path" } }),
      { a: "b" },
      ['a: must be an absolute path, got "b"'],
    ],
    ["nothing at all", mapping({}), undefined, ["must be a mapping of keys to values, got nothing"]],
    ["null", mapping({}), null, ["must be a mapping of keys to values, got null"]],
    [
      "a long value",
      mapping({ a: { type: "integer" } }),
      { a: "x".repeat(500) },
      [`a: must be an integer, got "${"x".repeat(59)}…`],
    ],
    [
      "a key with / and ~",
      mapping({ "a/b~c": { type: "integer" } }),
      { "a/b~c": "x" },
      ['a/b~c: must be an integer, got "x"'],
    ],
    [
      "a key that is a number",
      { type: "object", additionalProperties: { type: "integer" } },
      { 5: "x" },
      ['5: must be an integer, got "x"'],
    ],
    [
      "no key near",
      mapping({ alpha: {}, beta: {} }),
      { gamma: 1 },
      ['gamma: unknown key "gamma"; known keys: alpha, beta'],
    ],
    ["no key at all", mapping({}), { gamma: 1 }, ['gamma: unknown key "gamma"']],
  ])("says one line for one mistake: %s", (_case, schema, value, expected) => {
    expect(lines(schema, value)).toEqual(expected);
  });

  describe("of a choice", () => {
    const text = { type: "string" };
    const list = { type: "array", items: text };
    const either = { anyOf: [text, list], expects: "a line or a list of lines" };
    it.each<[string, JsonSchema, unknown, readonly string[]]>([
      ["says what it expects", either, 5, ["a: must be a line or a list of lines, got 5"]],
      ["says what is wrong inside the alternative that was meant", either, ["x", 5], ["a[1]: must be a string, got 5"]],
      ["takes every alternative", either, ["x"], []],
      ["says the same for oneOf", { oneOf: [text, list], expects: "lines" }, 5, ["a: must be lines, got 5"]],
      [
        "shows all that is wrong in a mapping",
        { anyOf: [text, address] },
        { prot: 1, port: 0 },
        [
          'a: "host" is required',
          'a.prot: unknown key "prot"; did you mean "port"?',
          "a.port: must be an integer from 1 to 65535, got 0",
        ],
      ],
      [
        "does not guess between two mappings",
        { anyOf: [address, mapping({ path: text }, { required: ["path"] })], expects: "an address or a path" },
        {},
        ["a: must be an address or a path, got an empty mapping"],
      ],
      [
        "counts a duration as one",
        { anyOf: [{ duration: true }, { type: "null" }], expects: "a time or nothing" },
        "x",
        ['a: must be a time or nothing, got "x"'],
      ],
    ])("%s", (_case, choice, value, expected) => {
      expect(lines(mapping({ a: choice }), { a: value })).toEqual(expected);
    });

    it("says it once where the alternatives are definitions", () => {
      const definitions = { text, list };
      const choice = { anyOf: [{ $ref: "#/definitions/text" }, { $ref: "#/definitions/list" }], expects: "lines" };
      expect(lines(mapping({ a: choice }, { definitions }), { a: 5 })).toEqual(["a: must be lines, got 5"]);
      expect(lines(mapping({ a: choice }, { definitions }), { a: [5] })).toEqual(["a[0]: must be a string, got 5"]);
    });
  });

  describe("keeps a secret", () => {
    const secret = { type: "string", minLength: 12, writeOnly: true };
    it.each<[string, JsonSchema, unknown]>([
      ["that is wrong itself", mapping({ password: secret }), { password: "hunter2" }],
      ["of another type", mapping({ password: secret }), { password: 20_222 }],
      [
        "in a mapping that should be something else",
        mapping({ a: { type: "string" } }),
        { a: { password: "hunter2" } },
      ],
      ["in a list that should be something else", mapping({ a: { type: "string" } }), { a: ["hunter2"] }],
      [
        "in a choice",
        mapping({ password: { anyOf: [secret, { type: "null" }], writeOnly: true } }),
        { password: 20_222 },
      ],
      [
        "beside an unknown key",
        mapping({ password: { ...secret, minLength: 1 } }),
        { password: "hunter2", pasword: "hunter2" },
      ],
      ["whose key is unknown", mapping({ password: secret }), { pasword: "hunter2" }],
    ])("%s", (_case, schema, value) => {
      const shown = lines(schema, value).join();
      expect(shown).not.toBe("");
      expect(shown).not.toMatch(/hunter2|20222/);
    });
  });

  it("takes keys that name an object's insides for unknown ones, and is not changed by them", () => {
    const value: unknown = JSON.parse('{"__proto__": {"peers": true}, "constructor": 1, "socket_file": "a"}');
    expect(problemsOf(balancer, value).map(({ path, atKey }) => [path, atKey])).toEqual([
      [["__proto__"], true],
      [["constructor"], true],
    ]);
    const open = { type: "object", additionalProperties: { type: "object" } };
    const copy = schemaValidator<object>(open)(JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(Object.keys(copy)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("refuses a schema with a keyword nobody knows, at its first use", () => {
    expect(() => schemaValidator({ type: "object", propertes: {} })({})).toThrow(/propertes/);
  });
});

describe("ConfigError", () => {
  const problems: readonly Problem[] = [
    { path: ["frontend", 2, "port"], message: "must be a port" },
    { path: [], message: '"name" is required' },
  ];

  it("says every problem", () => {
    expect(new ConfigError(problems)).toMatchObject({
      name: "ConfigError",
      code: "LIGHTHOUSE_CONFIG",
      problems,
      message: 'frontend[2].port: must be a port; "name" is required',
    });
  });

  it.each([
    ["its own", new ConfigError(problems), true],
    ["another copy's", Object.assign(new Error("x"), { code: "LIGHTHOUSE_CONFIG", problems }), true],
    ["an error without problems", Object.assign(new Error("x"), { code: "LIGHTHOUSE_CONFIG" }), false],
    ["another error", new Error("LIGHTHOUSE_CONFIG"), false],
    ["no error", { code: "LIGHTHOUSE_CONFIG", problems }, false],
    ["nothing", undefined, false],
  ])("is told from others: %s", (_case, error, expected) => {
    expect(isConfigError(error)).toBe(expected);
  });
});
