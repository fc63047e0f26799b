import { parseNode } from "@lighthouse-sd/core";
import { describe, expect, it } from "vitest";
import { type FoundMember, recordFormat } from "../src/records/record-format.js";

const nerve = recordFormat("nerve", undefined);
const serverset = recordFormat("serverset", undefined);

/** What becomes of a record in the end: the node, or why there is none. */
function outcome(found: FoundMember | undefined): unknown {
  if (found === undefined) return "does not count";
  if (found.problem !== undefined) return found.problem;
  const parsed = parseNode(found.value);
  if ("reason" in parsed) return parsed.reason;
  const { host, ip, port, metadata } = parsed.node;
  return { host, ip, port, metadata };
}

function base64Name(text: string): string {
  const encoded = Buffer.from(text).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  return `base64_${encoded.length}_${encoded}_0000000042`;
}

describe("a record of nerve", () => {
  it.each([
    [
      "the least",
      '{"host":"10.0.0.5","port":8000,"name":"i-abc123"}',
      { host: "i-abc123", ip: "10.0.0.5", port: 8000, metadata: {} },
    ],
    [
      "weight, options and labels",
      '{"host":"10.0.0.5","port":8000,"name":"i-abc123","weight":10,"haproxy_server_options":"backup","labels":{"az":"us-east-1a"}}',
      { host: "i-abc123", ip: "10.0.0.5", port: 8000, metadata: { az: "us-east-1a", backup: true, weight: 10 } },
    ],
    [
      "weight among the options",
      '{"host":"10.0.0.5","port":8000,"haproxy_server_options":" weight 20  backup "}',
      { host: "10.0.0.5", ip: "10.0.0.5", port: 8000, metadata: { backup: true, weight: 20 } },
    ],
    [
      "listed but to be drained",
      '{"host":"10.0.0.5","port":8000,"name":"app","available":false,"labels":{}}',
      { host: "app", ip: "10.0.0.5", port: 8000, metadata: { drain: true } },
    ],
    [
      "a name that is no host's, nulls, a weight as text",
      '{"host":"2001:db8::5","port":8000,"name":"web app;1","weight":"7","haproxy_server_options":null,"labels":null,"available":true}',
      { host: "2001:db8::5", ip: "2001:db8::5", port: 8000, metadata: { weight: 7 } },
    ],
    [
      "a weight that HAProxy has not",
      '{"host":"10.0.0.5","port":8000,"weight":1000}',
      { host: "10.0.0.5", ip: "10.0.0.5", port: 8000, metadata: {} },
    ],
    [
      "a host that is a name",
      '{"host":"app1","port":8000,"name":"app"}',
      /^ip must be an IPv4 or IPv6 address, got "app1"$/,
    ],
    ["no JSON", "up", /^the record must be JSON, got "up"$/],
    ["a list", "[]", /^must be a JSON object, got an empty list$/],
    ["nothing", "", /^the record must be JSON/],
    ...["check inter 2s", "backup; quit", "weight", "weight 999", "weight 1\nbackup", "BACKUP"].map(
      (options): [string, string, RegExp] => [
        `options that are not known: ${JSON.stringify(options)}`,
        JSON.stringify({ host: "10.0.0.5", port: 8000, haproxy_server_options: options }),
        /^haproxy_server_options has "\S+"; known here: backup, weight N$/,
      ],
    ),
    [
      "options that are no text",
      '{"host":"10.0.0.5","port":8000,"haproxy_server_options":["backup"]}',
      /^haproxy_server_options is no text; known/,
    ],
    [
      "more than a record may have",
      `{"host":"10.0.0.5","port":8000,"x":"${"a".repeat(70_000)}"}`,
      /the limit is 65536/,
    ],
  ])("in a znode's data: %s", (_, text, wanted) => {
    const found = outcome(nerve.fromData(text));
    if (wanted instanceof RegExp) expect(found).toMatch(wanted);
    else expect(found).toEqual(wanted);
    expect(nerve.fromName("i-abc123_0000000001")).toBe("read");
  });

  it("in the name of its znode: nothing is read", () => {
    const said = nerve.fromName(base64Name('{"host":"10.0.0.5","port":8000,"name":"i-abc123","x":"???>>>"}'));
    expect(said).toBeTypeOf("object");
    expect(outcome(said as FoundMember)).toEqual({ host: "i-abc123", ip: "10.0.0.5", port: 8000, metadata: {} });
  });

  it.each(["base64_5_eyJo_0000000001", "base64__eyJo_0000000001", "base64_eyJo", "base64_4_eyJo"])(
    "in a name that only looks so (%s): its data are read",
    (name) => expect(nerve.fromName(name)).toBe("read"),
  );
});

describe("a member of a serverset", () => {
  const member = (more: object = {}): string =>
    JSON.stringify({
      serviceEndpoint: { host: "10.0.0.5", port: 31943 },
      additionalEndpoints: { http: { host: "10.0.0.5", port: 8080 } },
      status: "ALIVE",
      shard: 3,
      ...more,
    });

  it.each([
    ["alive", member(), { host: "10.0.0.5", ip: "10.0.0.5", port: 31943, metadata: { shard: 3 } }],
    ["without a shard", member({ shard: undefined }), { host: "10.0.0.5", ip: "10.0.0.5", port: 31943, metadata: {} }],
    ...["STARTING", "STOPPING", "STOPPED", "DEAD", "WARNING", "alive", 1, undefined].map(
      (status): [string, string, string] => [`that is ${status}`, member({ status }), "does not count"],
    ),
    ["without an endpoint", member({ serviceEndpoint: undefined }), /^has no endpoint serviceEndpoint$/],
    ["that is no JSON", "ALIVE", /the record must be JSON/],
  ])("%s", (_, text, wanted) => {
    const found = outcome(serverset.fromData(text));
    if (wanted instanceof RegExp) expect(found).toMatch(wanted);
    else expect(found).toEqual(wanted);
  });

  it("at another of its endpoints", () => {
    expect(outcome(recordFormat("serverset", "http").fromData(member()))).toMatchObject({ port: 8080 });
    expect(outcome(recordFormat("serverset", "toString").fromData(member()))).toBe("has no endpoint toString");
  });

  it.each([
    ["member_0000000042", "read"],
    ["member_42", "ignore"],
    ["vector_0000000001", "ignore"],
    ["nextTo_member_0000000042", "ignore"],
  ])("has a name of its own: %s", (name, wanted) => expect(serverset.fromName(name)).toBe(wanted));
});
