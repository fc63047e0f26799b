import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { haproxyBinary, requireServer, type TempDirectory, tempDirectory } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blame } from "../src/check/blame.js";
import { ConfigurationChecker } from "../src/check/configuration-checker.js";
import { parseErrors } from "../src/check/parse-messages.js";
import type { HAProxyConfig } from "../src/config/haproxy-config.js";
import type { ClusterPart } from "../src/render/render-cluster.js";
import { config, node, part, render } from "./parts.js";

const FILE = "/candidate.cfg";
const settings: HAProxyConfig = config({ meta_clusters: { api: { port: 81, frontend: ["mode http"] } } });
const clusters: readonly ClusterPart[] = [
  part("web", { port: 80, frontend: ["use_backend nope if TRUE"], backend: ["use-server q if TRUE"] }),
  // Names that are words of HAProxy's own sentences.
  part("section", { port: 82 }),
  part("server", { port: 83 }),
  part("tcp", { acl: "path_beg /", backend: ["mode tcp"] }, [node("10.0.0.1", 80)], "api"),
];
const rendered = render(settings, clusters);

function lineOf(text: string): number {
  return rendered.text.split("\n").indexOf(`    ${text}`) + 1;
}

describe("an error is blamed on", () => {
  test.each([
    [
      "the YAML line that its line was rendered from",
      `[ALERT] (1) : config : parsing [${FILE}:${lineOf("use_backend nope if TRUE")}] : no`,
      { cluster: "web", path: ["frontend", 0] },
    ],
    [
      "the line that asks for a backend that is missing",
      "[ALERT] (1) : config : Proxy 'web.in': unable to find required use_backend: 'nope'.",
      { cluster: "web", path: ["frontend", 0] },
    ],
    [
      "the line that asks for a server that is missing",
      "[ALERT] (1) : config : backend 'web' : unable to find server 'q' referenced in a 'use-server' rule.",
      { cluster: "web", path: ["backend", 0] },
    ],
    [
      "the cluster, where a mode clashes with its meta cluster's",
      `[ALERT] (1) : config : http frontend 'api' (${FILE}:8) tries to use incompatible tcp backend 'tcp' (${FILE}:13) in a 'use_backend' rule (see 'mode').`,
      { cluster: "tcp", path: ["acl"] },
    ],
    [
      "the section that it names without quotes",
      "[ALERT] (1) : Starting frontend web.in: cannot bind socket [0.0.0.0:80]",
      { cluster: "web", path: [] },
    ],
    [
      "the backend of a server that it names",
      "[ALERT] (1) : config : 'server web/app1:80' : cannot be used.",
      { cluster: "web", path: [] },
    ],
    [
      "the balancer, where it is in an extra file, whatever words it has",
      "[ALERT] (1) : config : parsing [/etc/extra.cfg:3] : unknown keyword 'web' in 'server' section",
      { cluster: null, path: ["extra_files"] },
    ],
  ])("%s", (_name, stderr, origin) => {
    expect(blame(parseErrors(stderr), rendered, FILE).map((fault) => fault.origin)).toEqual([origin]);
  });

  test.each([
    ["[ALERT] (1) : config : no section was named, and no server either"],
    [`[ALERT] (1) : config : parsing [${FILE}:99999]: non-terminated '.if' block.`],
    ["[ALERT] (1) : config : cannot allocate the section"],
  ])("nobody: %s", (stderr) => {
    expect(blame(parseErrors(stderr), rendered, FILE)).toEqual([]);
  });
});

describe.skipIf(!requireServer("haproxy"))("what HAProxy itself refuses is blamed on", () => {
  let temp: TempDirectory;
  beforeAll(async () => {
    temp = await tempDirectory();
    await mkdir(join(temp.path, "conf"));
    await writeFile(join(temp.path, "extra.cfg"), "frontend mine\n    foo\n");
  });
  afterAll(() => temp.remove());

  const app = [node("10.0.0.1", 80)];
  const cases: readonly (readonly [
    name: string,
    Record<string, unknown>,
    ClusterPart,
    cluster: string | null,
    path: readonly (string | number)[],
  ])[] = [
    ["an unknown directive", {}, part("w", { backend: ["retries 2", "foo bar"] }), "w", ["backend", 1]],
    ["a directive of another section", {}, part("w", { port: 1, frontend: ["server a :1"] }), "w", ["frontend", 0]],
    ["a backend that is missing", {}, part("w", { port: 1, frontend: ["use_backend x"] }), "w", ["frontend", 0]],
    ["a server that is missing", {}, part("w", { backend: ["use-server x if TRUE"] }), "w", ["backend", 0]],
    ["a mode that clashes", {}, part("w", { port: 1, backend: ["mode tcp"] }, app), "w", []],
    [
      "a mode that clashes with the meta cluster's",
      { meta_clusters: { api: { port: 1, frontend: ["mode http"] } } },
      part("w", { acl: "path_beg /", backend: ["mode tcp"] }, app, "api"),
      "w",
      ["acl"],
    ],
    ["a condition", { meta_clusters: { api: { port: 1 } } }, part("w", { acl: "nosuch /" }, app, "api"), "w", ["acl"]],
    ["parameters of a server", {}, part("w", { server_options: "check foo" }, app), "w", ["server_options"]],
    ["a file that is missing", {}, part("w", { server_options: "ssl ca-file /no/such" }, app), "w", ["server_options"]],
    ["parameters of a bind line", {}, part("w", { port: 1, bind_options: "foo" }), "w", ["port"]],
    ["one bind line of several", {}, part("w", { port: 1, binds: [":2", ":3 foo"] }), "w", ["binds", 1]],
    ["a quote that is not closed", {}, part("w", { backend: ['http-request set-header X "a'] }), "w", ["backend", 0]],
    [
      "a peers section that is not there",
      {},
      part("w", { backend: ["stick-table type ip size 1m peers others"] }),
      "w",
      ["backend", 0],
    ],
    ["a global directive", { global: ["maxconn 1", "nbproc 2"] }, part("w", {}), null, ["global", 1]],
    ["a default", { defaults: ["mode http", "balance nosuch"] }, part("w", {}), null, ["defaults", 1]],
    [
      "a proxy's option",
      { proxies: { p: { port: 1, upstreams: [], options: ["mode nosuch"] } } },
      part("w", {}),
      null,
      ["proxies", "p", "options", 0],
    ],
    ["an extra file", { extra_files: ["extra.cfg"] }, part("w", {}), null, ["extra_files"]],
  ];

  test.each(cases)("%s", async (_name, value, cluster, expectedCluster, path) => {
    const full = config(value);
    const file = render(full, [cluster, part("bystander", { port: 9 }, [node("10.0.0.2", 80)])]);
    const verdict = await new ConfigurationChecker().check(
      file.text,
      {
        binary: haproxyBinary(),
        configFile: join(temp.path, "conf", "haproxy.cfg"),
        extraFiles: full.extra_files.map((name) => join(temp.path, name)),
      },
      { signal: AbortSignal.timeout(30_000) },
    );
    if (verdict.ok) throw new Error("HAProxy accepted it");
    const origins = blame(verdict.messages, file, verdict.file).map((fault) => fault.origin);
    expect(origins).toContainEqual({ cluster: expectedCluster, path });
    expect(new Set(origins.map((origin) => origin.cluster))).toEqual(new Set([expectedCluster]));
  });
});
