import type { Cluster } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import type { HAProxyBlock } from "../src/config/haproxy-config.js";
import { heldNotices } from "../src/held-notices.js";
import { config, node, part } from "./parts.js";

const DEFAULTS = ["mode http", "timeout connect 1s", "timeout client 1s", "timeout server 1s"];

interface Case {
  readonly options?: string;
  readonly backend?: readonly string[];
  readonly defaults?: readonly string[];
}

function cluster(name: string, { options, backend = [] }: Case, held: boolean): Cluster<HAProxyBlock> {
  const { block } = part(name, { port: 80, backend, ...(options !== undefined && { server_options: options }) });
  const common = { name, metaCluster: null, config: block, nodes: [node("10.0.0.5", 80)], live: false };
  return held ? { ...common, held } : common;
}

function told(given: Case, held = true): readonly string[] {
  const settings = config({ defaults: [...DEFAULTS, ...(given.defaults ?? [])] });
  return heldNotices(settings, [cluster("web", given, held)]).map(({ message }) => message);
}

describe("members that are held where HAProxy checks nobody", () => {
  test.each<readonly [string, Case]>([
    ["nothing is set", {}],
    ["options without a check", { options: "maxconn 5 inter 2s" }],
    ["a check that is taken back", { options: "no-check", backend: ["default-server check"] }],
    ["a way to check, and nobody that is checked", { backend: ["option httpchk GET /"] }],
    ["an agent alone, whose silence takes nobody down", { options: "agent-check agent-port 9000" }],
  ])("are told: %s", (_name, given) => {
    expect(told(given)).toEqual([
      "members are held that their source no longer names, and HAProxy does not check them: one that is dead goes on " +
        'getting requests; give "check" in server_options, or let those held go: lighthouse-runner release web',
    ]);
  });

  test.each<readonly [string, Case]>([
    ["server_options", { options: "inter 2s check" }],
    ["the backend's default-server", { backend: ["default-server check inter 1s"] }],
    ["the default-server of the defaults", { defaults: ["default-server check"] }],
    ["another server's check", { options: "track api/app1" }],
  ])("are not told where they are checked: %s", (_name, given) => expect(told(given)).toEqual([]));

  test("are not told where none are held, though the source does not answer", () =>
    expect(told({}, false)).toEqual([]));

  test("are told where a person mends it: at the options, or at the block that has none", () => {
    const clusters = [cluster("a", {}, true), cluster("b", { options: "maxconn 5" }, true), cluster("c", {}, false)];
    expect(heldNotices(config(), clusters).map(({ cluster: name, path }) => [name, path])).toEqual([
      ["a", []],
      ["b", ["server_options"]],
    ]);
  });
});
