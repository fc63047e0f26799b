import type { ClusterProblem, Node } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import { clusterNotices } from "../src/cluster-notices.js";
import { config, node, part } from "./parts.js";

const settings = { defaults: ["mode http"] };

function crowd(count: number): readonly Node[] {
  return Array.from({ length: count }, (_, index) => node(`10.0.${index >> 8}.${index & 255}`, 80));
}

function notices(
  value: Record<string, unknown>,
  block: Record<string, unknown>,
  nodes: readonly Node[] = [],
): readonly ClusterProblem[] {
  return clusterNotices(config({ ...settings, ...value }), [part("web", block, nodes)]);
}

describe("more servers than roundrobin serves", () => {
  const tooMany = crowd(4096);
  test.each<readonly [string, Record<string, unknown>, Record<string, unknown>, readonly Node[], boolean]>([
    ["by default", {}, {}, tooMany, true],
    ["as many as it serves", {}, {}, tooMany.slice(1), false],
    ["by the backend", {}, { backend: ["balance roundrobin # all"] }, tooMany, true],
    ["by the defaults", { defaults: ["balance roundrobin"] }, {}, tooMany, true],
    [
      "the backend has another algorithm",
      { defaults: ["balance roundrobin"] },
      { backend: ["balance leastconn"] },
      tooMany,
      false,
    ],
    ["the defaults have another algorithm", { defaults: ["balance random(3)"] }, {}, tooMany, false],
  ])("are told: %s", (_name, value, block, nodes, told) => {
    const found = notices(value, block, nodes);
    expect(found).toEqual(
      told
        ? [
            {
              cluster: "web",
              path: ["backend"],
              message:
                "has 4096 nodes; balance roundrobin serves at most 4095 of them as it should: use leastconn or random",
            },
          ]
        : [],
    );
  });
});

describe("directives that would begin a section", () => {
  test.each<
    readonly [string, Record<string, unknown>, Record<string, unknown>, string | null, ClusterProblem["path"], string]
  >([
    ["in a backend", {}, { backend: ["retries 1", "listen stats :9009"] }, "web", ["backend", 1], "listen"],
    ["in a frontend", {}, { frontend: [" backend other"] }, "web", ["frontend", 0], "backend"],
    ["in global", { global: ["userlist x"] }, {}, null, ["global", 0], "userlist"],
    ["in defaults", { defaults: ["frontend x"] }, {}, null, ["defaults", 0], "frontend"],
    [
      "in a meta cluster",
      { meta_clusters: { m: { port: 1, frontend: ["peers x"] } } },
      {},
      null,
      ["meta_clusters", "m", "frontend", 0],
      "peers",
    ],
    [
      "in a proxy",
      { proxies: { p: { port: 1, upstreams: [], options: ["resolvers x"] } } },
      {},
      null,
      ["proxies", "p", "options", 0],
      "resolvers",
    ],
  ])("are left out and told: %s", (_name, value, block, cluster, path, word) => {
    const message = `left out: "${word}" begins a section of its own, which belongs into extra_files`;
    expect(notices(value, block)).toEqual([{ cluster, path, message }]);
  });

  test("words that begin none are not told", () => {
    const found = notices(
      { extra_files: ["backend"], global: ["# backend x"] },
      { binds: ["listen"], server_options: "backend", backend: ["use-server backend if TRUE", "http-request deny"] },
    );
    expect(found).toEqual([]);
  });
});

test("the older form of meta clusters is told once", () => {
  expect(notices({ meta_cluster_ports: { a: 1, b: 2 } }, {})).toEqual([
    {
      cluster: null,
      path: ["meta_cluster_ports"],
      message: "is the older form of meta_clusters, which takes frontend directives too: meta_clusters.<name>.port",
      atKey: true,
    },
  ]);
});
