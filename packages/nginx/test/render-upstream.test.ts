import type { JsonObject, Node } from "@lighthouse-sd/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterSchema } from "../src/config-schema.js";
import type { NginxBlock } from "../src/nginx-config.js";
import { renderUpstream } from "../src/render-upstream.js";

const BLOCK: NginxBlock = { method: "round_robin", zone: "off" };

function node(index: number, metadata: JsonObject = {}): Node {
  return { name: `app${index}:80`, host: `app${index}`, ip: `192.0.2.${index}`, port: 80, peer: null, metadata };
}

/** What is between the braces. */
function lines(block: Partial<NginxBlock>, nodes: readonly Node[]): readonly string[] {
  const text = renderUpstream("web", { ...BLOCK, ...block }, nodes);
  const [, inside = ""] = /^# [^\n]+\nupstream web \{\n(.*)\}\n$/s.exec(text) ?? [];
  return inside.trimEnd().split("\n");
}

const one = node(1);
const drained = node(2, { drain: true });
const spare = node(3, { backup: true });

describe("an upstream", () => {
  const cases: readonly (readonly [string, Partial<NginxBlock>, readonly Node[], readonly string[]])[] = [
    ["has its members", {}, [one, node(2)], ["server 192.0.2.1:80;", "server 192.0.2.2:80;"]],
    ["without members answers for itself", {}, [], ["server 127.0.0.1:1 down;"]],
    ["gives a drained member nothing new", {}, [one, drained], ["server 192.0.2.1:80;", "server 192.0.2.2:80 down;"]],
    ["takes a weight of 0 for none", {}, [node(1, { weight: 0 })], ["server 192.0.2.1:80 down;"]],
    ["takes a member's weight", { weight: 7 }, [node(1, { weight: 9 })], ["server 192.0.2.1:80 weight=9;"]],
    ["has a weight for who gives none", { weight: 7 }, [one], ["server 192.0.2.1:80 weight=7;"]],
    ["does not take a bad weight", {}, [node(1, { weight: "1;" })], ["server 192.0.2.1:80;"]],
    ["knows backups", {}, [one, spare], ["server 192.0.2.1:80;", "server 192.0.2.3:80 backup;"]],
    ["lets backups serve where nobody else does", {}, [spare], ["server 192.0.2.3:80;"]],
    [
      "lets backups serve beside who is drained",
      {},
      [drained, spare],
      ["server 192.0.2.2:80 down;", "server 192.0.2.3:80;"],
    ],
    [
      "keeps backups out where the method knows none",
      { method: "ip_hash" },
      [one, spare],
      ["ip_hash;", "server 192.0.2.1:80;", "server 192.0.2.3:80 down;"],
    ],
    [
      "has its method before its servers, and kept connections behind them",
      { method: "hash $uri consistent", keepalive: 16, zone: "1m" },
      [one],
      ["zone lighthouse_web 1m;", "hash $uri consistent;", "server 192.0.2.1:80;", "keepalive 16;"],
    ],
    [
      "says when a member counts as failed",
      { max_fails: 0, fail_timeout: "1500ms", max_conns: 5 },
      [one],
      ["server 192.0.2.1:80 max_conns=5 max_fails=0 fail_timeout=2s;"],
    ],
    ["has room for few", { zone: "auto" }, [one], ["zone lighthouse_web 64k;", "server 192.0.2.1:80;"]],
    ["brackets an IPv6 address", {}, [{ ...one, ip: "2001:db8::1" }], ["server [2001:db8::1]:80;"]],
  ];

  it.each(cases)("%s", (_name, block, nodes, wanted) => {
    expect(lines(block, nodes).map((line) => line.trim())).toEqual(wanted);
  });

  it("is the same whatever order its members come in", () => {
    const nodes = Array.from({ length: 20 }, (_, index) => node(index + 1, { weight: index }));
    expect(renderUpstream("web", BLOCK, nodes.toReversed())).toBe(renderUpstream("web", BLOCK, nodes));
  });

  it("has room for many, in sizes that few numbers of members have", () => {
    const zones = [1, 30, 100, 101, 500, 5_000].map((count) =>
      lines({ zone: "auto" }, Array(count).fill(one))[0]?.trim(),
    );
    expect(zones).toEqual(
      ["64k", "64k", "256k", "256k", "1024k", "8192k"].map((size) => `zone lighthouse_web ${size};`),
    );
  });

  it("has nothing of a registry's values but numbers and known words", () => {
    const metadata = fc.dictionary(
      fc.constantFrom("weight", "backup", "drain", "zone", "server"),
      fc.oneof(fc.jsonValue(), fc.string(), fc.constant("1; } server evil:80; #"), fc.constant("a\nb")),
    );
    const server = /^ {4}server 192\.0\.2\.\d+:80( weight=\d+)?( down| backup)?;$/;
    fc.assert(
      fc.property(fc.array(metadata, { minLength: 1, maxLength: 5 }), (all) => {
        const nodes = all.map((values, index) => node(index + 1, values as JsonObject));
        const written = lines({}, nodes);
        expect(written).toHaveLength(nodes.length);
        for (const line of written) expect(line).toMatch(server);
      }),
    );
  });
});

describe("a cluster's block", () => {
  const pattern = (key: string): RegExp => {
    const { properties } = clusterSchema as {
      readonly properties: Readonly<Record<string, { readonly pattern: string }>>;
    };
    return new RegExp(properties[key]?.pattern ?? "$^");
  };

  it.each(["least_conn", "random two least_conn", "hash $request_uri", "hash $arg_a$http_x-y consistent"])(
    "may have the method %s",
    (method) => expect(method).toMatch(pattern("method")),
  );

  it.each([
    ["method", "least_conn; server evil:80"],
    ["method", "hash $uri\nserver evil:80"],
    ["method", "hash {uri}"],
    ["method", "hash $uri } {"],
    ["method", 'hash "$uri"'],
    ["method", "hash #"],
    ["upstream", "web {"],
    ["upstream", "web;"],
    ["upstream", ".web"],
    ["zone", "64k; server evil:80"],
    ["zone", "lots"],
  ])("may not have %s: %j", (key, value) => expect(value).not.toMatch(pattern(key)));
});
