import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Node } from "@lighthouse-sd/core";
import { haproxyBinary, requireServer, type TempDirectory, tempDirectory } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HAProxyConfig } from "../src/config/haproxy-config.js";
import { validateClusters } from "../src/config/validate-clusters.js";
import type { ClusterPart } from "../src/render/render-cluster.js";
import { config, node, part, render, SELF, section } from "./parts.js";

const hasHAProxy: boolean = requireServer("haproxy");

interface Case {
  readonly golden: string;
  readonly settings: HAProxyConfig;
  readonly clusters: readonly ClusterPart[];
}

const web: readonly Node[] = [
  node("10.0.1.2", 8000, {}, { name: "app2.example.com:8000", host: "app2.example.com" }),
  node("10.0.1.1", 8000, { az: "a" }, { name: "app1.example.com:8000", host: "app1.example.com" }),
];

const CASES: readonly Case[] = [
  {
    golden: "lighthouse-1.0.0",
    settings: config({
      bind_address: "127.0.0.1",
      global: [
        "maxconn 4000",
        "log /dev/log local2",
        "stats socket /run/haproxy.sock mode 660 level admin",
        "stats timeout 30s",
      ],
      defaults: [
        "balance roundrobin",
        "timeout connect 10s",
        "timeout client 20s",
        "timeout server 20s",
        "option redispatch",
      ],
      meta_clusters: { webapi: { port: 8888, frontend: ["mode http", "option forwardfor"] } },
      meta_cluster_ports: { older: "8889" },
      proxies: {
        business_partner: {
          port: 1100,
          bind_address: "0.0.0.0",
          upstreams: [
            { host: "partner.invalid", port: 88, max_conn: 400 },
            { host: "192.0.2.7", port: 88 },
          ],
          options: ["mode http", "retries 2"],
        },
        another: { port: 1101, upstreams: [{ host: "192.0.2.8", port: 25 }] },
      },
      stats: { port: 9009, uri: "/haproxy", timeouts: { connect: 4000, server: 30000 } },
    }),
    clusters: [
      part("webapp", { port: "8000", frontend: ["log global", "mode http"], backend: ["mode http"] }, web),
      part("widgets", { acl: "path_beg /api/widgets", backend: ["mode http"], acl_priority: 20 }, web, "webapi"),
      part(
        "sprockets",
        { acl: "path_beg /api/sprockets", backend: ["mode http", "cookie SRV insert", "maxconn 500"] },
        web,
        "webapi",
      ),
      part("catchall", { acl: "path_beg /api", backend: ["mode http"], acl_priority: 30 }, web, "webapi"),
      part("legacy", { acl: "dst_port 8889" }, [node("10.0.3.1", 70)], "older"),
      part("cache", { port: 6379, server_options: "check inter 2s slowstart 10s" }, [node("10.0.2.1", 6379)]),
      part("empty", { port: 6380 }),
    ],
  },
  {
    golden: "every-key",
    settings: config({
      config_file: '/etc/ha proxy/#1 "x".cfg',
      hard_stop_after: "10m",
      socket: { user: "root", group: "root", mode: "0660" },
      stats: { port: 9009, bind_address: "::1" },
      meta_clusters: { api: { port: 443, bind_address: "[2001:db8::10]" } },
      proxies: { ipv6: { port: 1100, bind_address: "*", upstreams: [{ host: "2001:db8::9", port: 80 }] } },
    }),
    clusters: [
      part(
        "tls",
        {
          port: 8443,
          bind_address: "2001:db8::1",
          bind_options: "accept-proxy defer-accept",
          binds: ["127.0.0.1:8443 accept-proxy", ":::8444 v6only", "/run/tls.sock mode 660"],
          peers: true,
          frontend: ["# a comment", "  option httplog   # another", "", "no option idle-close-on-response"],
          backend: [
            "default-server weight 50 inter 3s # for all",
            "server spare 192.0.2.1:80 id 9 backup",
            "server-template static 2 192.0.2.2:80",
            "stick-table type ip size 1m peers lighthouse",
            "stick on src",
          ],
          server_options: "check maxconn 30 # not more",
        },
        [
          node("2001:db8::a", 80, { weight: 50 }, { peer: { name: "app1", ip: "2001:db8::a", port: 1024 } }),
          node("10.0.0.2", 80, { weight: 7 }, { peer: { name: "app2", ip: "10.0.0.2", port: 1024 } }),
          node("10.0.0.3", 80, { backup: true, weight: 0 }, { peer: { name: "lb1", ip: "10.9.9.9", port: 1024 } }),
          node("10.0.0.4", 80, { drain: true, weight: 9 }),
          node("10.0.0.5", 80, {}, { name: "spare" }),
          node("10.0.0.6", 80, {}, { name: "static2" }),
        ],
      ),
      part(
        "tcp",
        { port: 5432, frontend: ["mode tcp"], backend: ["mode tcp"], server_options: "backup weight 3 cookie x" },
        [node("10.0.0.7", 5432, { weight: 3, backup: true })],
      ),
      part("a.b-c_d", { acl: "hdr(host) -i a.example.com" }, [node("10.0.0.8", 80)], "api"),
    ],
  },
];

describe("the file for a configuration directory", () => {
  let temp: TempDirectory;
  beforeAll(async () => {
    temp = await tempDirectory();
  });
  afterAll(() => temp.remove());

  test.each(CASES)("is written as it always was: $golden", async ({ golden, settings, clusters }) => {
    expect(
      validateClusters(
        settings,
        clusters.map((cluster) => ({ ...cluster, config: cluster.block })),
      ),
    ).toEqual([]);
    const { text } = render(settings, clusters);
    await expect(text).toMatchFileSnapshot(`golden/${golden}.golden.cfg`);
  });

  test.skipIf(!hasHAProxy).each(CASES)("is accepted by HAProxy: $golden", async ({ golden, settings, clusters }) => {
    const path = join(temp.path, `${golden}.cfg`);
    await writeFile(path, render(settings, clusters).text);
    const { stderr } = await promisify(execFile)(haproxyBinary(), ["-c", "-f", path]);
    const alerts = stderr.split("\n").filter((line) => line.startsWith("[ALERT]"));
    expect(alerts).toEqual([]);
    // HAProxy would leave the section out, with no more than this warning, if it did not find itself in it.
    expect(stderr).not.toContain("Removing incomplete section");
  });

  test.each(CASES)("names the YAML of every line but the header and blank ones: $golden", ({ settings, clusters }) => {
    const { text, origins } = render(settings, clusters);
    const without = text.split("\n").flatMap((line, index) => (origins.has(index + 1) ? [] : [line]));
    expect(without.slice(1).filter((line) => line !== "")).toEqual([]);
  });
});

describe("what each line comes from", () => {
  const settings = config({
    global: ["maxconn 100", "# note", "nbthread 1"],
    meta_clusters: { api: { port: 81, frontend: ["", "option httplog"] } },
    proxies: { out: { port: 82, upstreams: [{ host: "192.0.2.1", port: 1 }], options: ["mode tcp"] } },
    stats: { port: 83, timeouts: { client: 5 } },
  });
  const clusters = [
    part("web", { port: 80, binds: ["127.0.0.1:84"], frontend: ["# x", "log global"], backend: ["retries 2"] }, [
      node("10.0.0.1", 80),
    ]),
    part("low", { acl: "path_beg /" }, [], "api"),
  ];
  const { text, origins } = render(settings, clusters);

  test.each([
    ["nbthread 1", null, ["global", 2]],
    ["stats socket /run/haproxy.sock mode 600 level admin expose-fd listeners", null, ["socket_file"]],
    ["option httplog", null, ["meta_clusters", "api", "frontend", 1]],
    ["acl is_low path_beg /", "low", ["acl"]],
    ["bind :81", null, ["meta_clusters", "api", "port"]],
    ["bind :82", null, ["proxies", "out", "port"]],
    ["mode tcp", null, ["proxies", "out", "options", 0]],
    ["server 192.0.2.1:1 192.0.2.1:1", null, ["proxies", "out", "upstreams", 0]],
    ["timeout client 5", null, ["stats", "timeouts", "client"]],
    ["bind :80", "web", ["port"]],
    ["bind 127.0.0.1:84", "web", ["binds", 0]],
    ["log global", "web", ["frontend", 1]],
    ["retries 2", "web", ["backend", 0]],
  ] as const)("%s", (line, cluster, path) => {
    const number = text.split("\n").indexOf(`    ${line}`) + 1;
    expect(origins.get(number)).toEqual({ cluster, path });
  });

  test("members come from their cluster's server_options, which all of them share", () => {
    const number = text.split("\n").findIndex((line) => line.includes("server 10.0.0.1:80")) + 1;
    expect(origins.get(number)).toEqual({ cluster: "web", path: ["server_options"] });
  });
});

describe("directives", () => {
  test.each(["backend other", "  listen stats :9009", "defaults", "global # again", '"peers" mine'])(
    "%s would begin a section, and is left out",
    (line) => {
      const { text } = render(config({ global: [line], defaults: [line, "mode http"] }), [
        part("web", { port: 80, frontend: [line, "log global"], backend: [line] }),
      ]);
      const headers = text.split("\n").filter((entry) => /^[a-z]/.test(entry));
      expect(headers).toEqual(["global", "defaults", "frontend web.in", "backend web"]);
      expect(text).not.toContain(`\n    ${line.trim()}`);
      expect(section(text, "frontend web.in")).toContain("log global");
    },
  );

  test.each([
    ["http by its own lines", ["mode http"], [], true],
    ["http by its own lines, commented", ['mode   "http" # for the web'], [], true],
    ["http by the defaults", [], ["mode http"], true],
    ["tcp by its own lines under http defaults", ["mode tcp"], ["mode http"], false],
    ["the last mode counts", ["mode tcp", "mode http"], [], true],
    ["tcp, HAProxy's default", [], [], false],
    ["the option is there already", ["mode http", "option idle-close-on-response"], [], false],
    ["the defaults have the option", [], ["mode http", "option idle-close-on-response"], false],
    ["the operator does not want it", ["mode http", "no option idle-close-on-response"], [], false],
  ] as const)("a kept connection is not reset by a reload: %s", (_name, frontend, defaults, added) => {
    const lines = [...defaults, "timeout connect 1s"];
    const { text } = render(config({ defaults: lines }), [part("web", { port: 80, frontend })]);
    const found = section(text, "frontend web.in").filter((line) => line === "option idle-close-on-response");
    const given = frontend.includes("option idle-close-on-response" as never) ? 1 : 0;
    expect(found.length).toBe(added ? 1 : given);
  });

  test.each([
    ["no cookie directive", ["mode http"], [], "", false],
    ["a cookie directive in the backend", ["cookie S insert"], [], "", true],
    ["a cookie directive in the defaults", [], ["cookie S insert"], "", true],
    ["a cookie directive in a comment", ["# cookie S insert"], [], "", false],
    ["server_options has a cookie of its own", ["cookie S insert"], [], "check cookie x", false],
  ] as const)("a server sets a cookie only where one is used: %s", (_name, backend, defaults, options, set) => {
    const { text } = render(config({ defaults }), [
      part("web", { port: 80, backend, server_options: options }, [node("10.0.0.1", 80)]),
    ]);
    expect(text.includes("cookie 10.0.0.1:80")).toBe(set);
  });

  test("the operator's own line for the admin socket keeps what it says, and gets what is missing", () => {
    const socket = (...global: string[]): readonly string[] =>
      section(render(config({ global }), []).text, "global").filter((line) => line.startsWith("stats socket"));
    expect(socket("stats socket /run/haproxy.sock user root # mine")).toEqual([
      "stats socket /run/haproxy.sock user root mode 600 level admin expose-fd listeners",
    ]);
    expect(socket("stats socket /run/haproxy.sock mode 660 level admin expose-fd listeners")).toEqual([
      "stats socket /run/haproxy.sock mode 660 level admin expose-fd listeners",
    ]);
    expect(socket("stats socket /run/other.sock level user")).toEqual([
      "stats socket /run/other.sock level user",
      "stats socket /run/haproxy.sock mode 600 level admin expose-fd listeners",
    ]);
  });

  test("what the operator sets in global and defaults is not set again", () => {
    const global = ["stats timeout 5s", "server-state-file /x", "hard-stop-after 1m"];
    const { text } = render(
      config({ global, hard_stop_after: "5m", defaults: ["load-server-state-from-file none"] }),
      [],
    );
    expect(text).not.toContain("hard-stop-after 300000ms");
    expect(text).not.toContain("stats timeout 2m");
    expect(text.match(/server-state-file/g)).toHaveLength(1);
    expect(text.match(/load-server-state-from-file/g)).toHaveLength(1);
  });
});

describe("peers", () => {
  const shared = (nodes: readonly Node[]): ClusterPart => part("web", { port: 80, peers: true }, nodes);
  const peer = (name: string, ip: string): Partial<Node> => ({ peer: { name, ip, port: 1024 } });

  test("there are none unless a cluster asks for them", () => {
    const { text } = render(config(), [part("web", { port: 80 }, [node("10.0.0.2", 80, {}, peer("b", "10.0.0.2"))])]);
    expect(text).not.toMatch(/^peers|localpeer/m);
  });

  test("one section lists this host and the members' hosts once each, by name", () => {
    const nodes = [
      node("10.0.0.3", 80, {}, peer("c", "10.0.0.3")),
      node("10.0.0.3", 81, {}, peer("c", "10.0.0.3")),
      node("10.0.0.2", 80, {}, peer("b", "2001:db8::2")),
      node("10.0.0.9", 80, {}, peer(SELF.name, "10.9.9.9")),
      node("10.0.0.4", 80),
    ];
    const known = [{ name: "k", ip: "10.0.0.8", port: 99 }];
    const { text } = render(config(), [shared(nodes), part("api", { peers: true }, nodes)], { knownPeers: known });
    expect(text.match(/^peers /gm)).toHaveLength(1);
    expect(section(text, "peers lighthouse")).toEqual([
      "peer b [2001:db8::2]:1024",
      "peer c 10.0.0.3:1024",
      "peer k 10.0.0.8:99",
      "peer lb1 10.0.0.1:1024",
    ]);
    expect(section(text, "global")).toContain("localpeer lb1");
  });

  test("this host goes by the name that the operator gave HAProxy", () => {
    const { text } = render(config({ global: ["localpeer edge-7"] }), [shared([])]);
    expect(section(text, "peers lighthouse")).toEqual(["peer edge-7 10.0.0.1:1024"]);
    expect(text).not.toContain("localpeer lb1");
  });

  test("a new one changes the peers' digest, and the structure's not", () => {
    const before = render(config(), [shared([node("10.0.0.2", 80, {}, peer("b", "10.0.0.2"))])]);
    const after = render(config(), [shared([node("10.0.0.2", 80, {}, peer("c", "10.0.0.2"))])]);
    expect(after.structure).toBe(before.structure);
    expect(after.peers).not.toBe(before.peers);
  });
});

describe("the structure", () => {
  const base = (): ClusterPart => part("web", { port: 80, server_options: "check" }, [node("10.0.0.1", 80)]);
  const { structure } = render(config(), [base()]);

  test.each([
    ["another member", [{ ...base(), nodes: [...base().nodes, node("10.0.0.2", 80)] }], {}],
    ["no member", [{ ...base(), nodes: [] }], {}],
    ["a member's weight", [{ ...base(), nodes: [node("10.0.0.1", 80, { weight: 9, backup: true })] }], {}],
  ] as const)("stays: %s", (_name, clusters, more) => {
    expect(render(config(), clusters, more).structure).toBe(structure);
  });

  test.each([
    [
      "a directive",
      () => render(config(), [part("web", { port: 80, server_options: "check", backend: ["retries 1"] })]),
    ],
    ["a port", () => render(config(), [part("web", { port: 81, server_options: "check" })])],
    ["what all servers share", () => render(config(), [part("web", { port: 80, server_options: "check inter 1s" })])],
    ["one more cluster", () => render(config(), [base(), part("api", {})])],
    ["the balancer's own part", () => render(config({ global: ["maxconn 9"] }), [base()])],
    ["an extra file", () => render(config(), [base()], { extraFiles: "digest" })],
  ] as const)("changes: %s", (_name, other) => {
    expect(other().structure).not.toBe(structure);
  });

  test("is in the file, for HAProxy to tell", () => {
    const rendered = render(config(), [base()]);
    expect(section(rendered.text, "global").slice(-2)).toEqual([
      `setenv LIGHTHOUSE_STRUCTURE ${rendered.structure}`,
      `setenv LIGHTHOUSE_PEERS ${rendered.peers}`,
    ]);
  });
});
