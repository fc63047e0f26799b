import { describe, expect, test } from "vitest";
import type { AcceptedInputs } from "../src/check/accepted-inputs.js";
import type { Admitted } from "../src/check/admit-parts.js";
import type { HAProxyConfig } from "../src/config/haproxy-config.js";
import { type PlanInput, planSync } from "../src/plan-sync.js";
import type { ClusterPart } from "../src/render/render-cluster.js";
import type { RunningHAProxy } from "../src/runtime/observe.js";
import { config, node, part, render } from "./parts.js";

const settings = config();
const clusters = [part("web", { port: 80 }, [node("10.0.0.1", 80)]), part("api", { port: 81 })];

function admitted(parts: readonly ClusterPart[] = clusters, of: HAProxyConfig = settings): Admitted {
  return { config: of, clusters: parts, rendered: render(of, parts) };
}

function accepted(parts: readonly ClusterPart[] = clusters, of: HAProxyConfig = settings): AcceptedInputs {
  const entries = parts.map(({ name, metaCluster, block }) => [name, { metaCluster, block }] as const);
  return { config: of, clusters: Object.fromEntries(entries) };
}

const now = admitted();

function running(more: Partial<RunningHAProxy> = {}): RunningHAProxy {
  const { structure, peers } = now.rendered;
  return { state: "running", pid: 7, version: "2.6.12", structure, peers, servers: new Map(), ...more };
}

function plan(more: Partial<PlanInput>): ReturnType<typeof planSync> {
  return planSync({
    admitted: now,
    accepted: accepted(),
    fileText: now.rendered.text,
    running: running(),
    membersReload: undefined,
    rivals: [],
    peersDue: false,
    ...more,
  });
}

describe("what a sync does", () => {
  test.each<readonly [string, Partial<PlanInput>, ReturnType<typeof planSync>]>([
    ["all is as it should be", {}, { action: "nothing" }],
    ["nothing runs", { running: null }, { action: "start" }],
    ["nothing runs, and the file is right", { running: null, fileText: now.rendered.text }, { action: "start" }],
    ["the file is gone", { fileText: null }, { action: "write" }],
    ["the file was edited", { fileText: "# mine\n" }, { action: "write" }],
    [
      "somebody else's configuration runs",
      { running: running({ structure: undefined }) },
      {
        action: "reload",
        code: "foreign",
        reason: "HAProxy (pid 7) runs a configuration that Lighthouse did not write",
      },
    ],
    [
      "two processes share the listeners",
      { rivals: [8, 9] },
      {
        action: "reload",
        code: "doubled",
        reason: "HAProxy (pid 7) shares its listeners with pid 8, 9; one is to serve",
      },
    ],
    [
      "members changed",
      { membersReload: "members changed: web: 1 added" },
      { action: "reload", code: "members", reason: "members changed: web: 1 added" },
    ],
    ["the peers changed, a while ago", { running: running({ peers: "x" }) }, { action: "nothing" }],
    [
      "the peers changed, and the file has not followed",
      { running: running({ peers: "x" }), fileText: "old" },
      { action: "write" },
    ],
    [
      "the peers changed, long ago",
      { running: running({ peers: "x" }), peersDue: true },
      { action: "reload", code: "peers", reason: "the peers section changed" },
    ],
    ["the time for peers came, and they are right", { peersDue: true }, { action: "nothing" }],
    [
      "the members changed, and the peers too",
      { running: running({ peers: "x" }), membersReload: "members changed: web: 1 added" },
      { action: "reload", code: "members", reason: "members changed: web: 1 added" },
    ],
  ])("%s", (_name, more, expected) => {
    expect(plan(more)).toEqual(expected);
  });
});

describe("a change of the structure says what changed", () => {
  const other = running({ structure: "other" });
  const many = ["a", "b", "c", "d"].map((name) => part(name, {}));

  test.each<readonly [string, Partial<PlanInput>, string]>([
    ["nothing that is known", {}, "the running HAProxy has loaded another configuration than the file's"],
    [
      "nothing, as no earlier one is known",
      { accepted: null },
      "the running HAProxy has loaded another configuration than the file's",
    ],
    [
      "the balancer's part",
      { accepted: accepted(clusters, config({ global: ["maxconn 5"] })) },
      "the balancer's configuration changed",
    ],
    ["a new cluster", { accepted: accepted(clusters.slice(0, 1)) }, "cluster api added"],
    [
      "a cluster's block",
      { accepted: accepted([part("web", { port: 99 }), ...clusters.slice(1)]) },
      "cluster web changed",
    ],
    [
      "a cluster's meta cluster",
      { accepted: accepted([part("web", { port: 80 }, [], "m"), ...clusters.slice(1)]) },
      "cluster web changed",
    ],
    ["a cluster that is gone", { accepted: accepted([...clusters, part("old", {})]) }, "cluster old removed"],
    [
      "several things",
      { accepted: accepted([part("web", { port: 99 }), part("old", {}), part("older", {})]) },
      "cluster api added; cluster web changed; cluster old, cluster older removed",
    ],
    ["more clusters than one wants to read of", { accepted: accepted([...clusters, ...many]) }, "4 clusters removed"],
    [
      "a cluster with a name that every object has",
      { admitted: admitted([part("constructor", {})]), accepted: accepted([]) },
      "cluster constructor added",
    ],
  ])("%s", (_name, more, reason) => {
    expect(plan({ running: other, ...more })).toEqual({ action: "reload", code: "structure", reason });
  });
});
