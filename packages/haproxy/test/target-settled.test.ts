import type { Node } from "@lighthouse-sd/core";
import { requireServer } from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import type { HAProxyBlock } from "../src/config/haproxy-config.js";
import { cluster, DEFAULTS, freePort, type Live, live, node } from "./live-haproxy.js";

function ipv6(ip: string): Node {
  return { ...node(80), name: `${ip}:80`, host: ip, ip };
}

describe.skipIf(!requireServer("haproxy"))("a HAProxy that is in line is left alone, by every later sync, with", () => {
  let running: Live | undefined;
  afterEach(() => running?.end());

  test.each<readonly [string, Partial<HAProxyBlock>, readonly Node[], Record<string, unknown>]>([
    [
      "servers of the operator's own",
      {
        backend: [
          "server own 127.0.0.1:1 id 5",
          "server-template slot 2 127.0.0.1:2",
          "server-template s 4-5 127.0.0.1:3",
        ],
      },
      [node(80)],
      {},
    ],
    ["a member named like one of them", { backend: ["server 127.0.0.1:80 127.0.0.1:1"] }, [node(80)], {}],
    [
      "weights and backups for all",
      { server_options: "weight 5 backup # for all" },
      [node(80), node(81, { weight: 9 })],
      {},
    ],
    ["weights and backups by default-server", { backend: ["default-server weight 5 backup"] }, [node(80)], {}],
    ["those of the defaults", {}, [node(80)], { defaults: [...DEFAULTS, "default-server weight 5 backup"] }],
    [
      "weights, backups and drains of nodes",
      {},
      [node(80, { weight: 0 }), node(81, { backup: true }), node(82, { drain: true })],
      {},
    ],
    [
      "every way to write an IPv6 address",
      {},
      ["::102:304", "2001:db8:0:1:1:1:1:1", "::1", "64:ff9b::102:304"].map(ipv6),
      {},
    ],
    ["directives that are left out", { backend: ["unknownword x", "listen stats :9009", "retries 2"] }, [node(80)], {}],
    ["a cookie, a hash and peers", { backend: ["cookie S insert", "balance source"], peers: true }, [node(80)], {}],
  ])("%s", async (_name, block, nodes, config) => {
    const port = await freePort();
    running = await live(config, 0);
    const given = [cluster("web", { port, ...block }, nodes)];
    const first = await running.sync(given);
    expect(first.changes.map(({ kind }) => kind)).toContain("runtime");
    const pid = await running.pid();
    for (const _again of [1, 2]) {
      const { changes, converged } = await running.sync(given);
      expect({ changes, converged }).toEqual({ changes: [], converged: true });
    }
    await running.restart();
    expect((await running.sync(given)).changes).toEqual([]);
    expect((await running.sync([cluster("web", { port, ...block }, null)])).changes).toEqual([]);
    expect(await running.pid()).toBe(pid);
  });
});
