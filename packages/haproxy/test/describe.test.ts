import { join } from "node:path";
import type { NodeReport } from "@lighthouse-sd/core";
import { haproxyCommand, requireServer } from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cluster, freePort, type Live, live, node } from "./live-haproxy.js";

const signal = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(30_000) });

describe.skipIf(!requireServer("haproxy"))("a running HAProxy is asked how its servers are", () => {
  let running: Live | undefined;
  afterEach(() => running?.end());

  test("in rotation, down by its checks, in maintenance by command; the operator's own servers aside", async () => {
    running = await live({}, 2);
    const { backends, directory, balancer } = running;
    const [up = 0, out = 0] = backends.map(({ port }) => port);
    const [port, dead] = [await freePort(), await freePort()];
    const block = { port, server_options: "check inter 50ms", backend: ["server own 127.0.0.1:1 backup"] };
    const web = cluster("web", block, [node(up), node(out), node(dead)]);
    await running.sync([web]);
    await haproxyCommand(join(directory, "haproxy.sock"), `set server web/127.0.0.1:${out} state maint`);
    const report = async (of: number): Promise<NodeReport | undefined> => {
      const all = await balancer.describe(web, signal());
      expect(all.map((entry) => entry.node)).not.toContain("own");
      return all.find((entry) => entry.node === `127.0.0.1:${of}`);
    };
    await vi.waitFor(async () => {
      expect(await report(up)).toMatchObject({
        state: "UP",
        serving: true,
        detail: expect.stringContaining("last check L4OK"),
      });
      const down = { serving: false, state: expect.stringMatching(/^DOWN/), detail: expect.stringContaining("L4CON") };
      expect(await report(dead)).toMatchObject(down);
    }, 20_000);
    expect(await report(out)).toMatchObject({
      state: "MAINT",
      serving: false,
      detail: expect.stringContaining("in maintenance by command"),
    });
  }, 60_000);

  test("of a backend that it does not have, and when nobody listens, it says so", async () => {
    running = await live({}, 1);
    const port = await freePort();
    const web = cluster("web", { port }, [node(running.backends[0]?.port ?? 0)]);
    await expect(running.balancer.describe(web, signal())).rejects.toThrow("nobody listens on");
    await running.sync([web]);
    const other = cluster("other", { port: 1 }, []);
    await expect(running.balancer.describe(other, signal())).rejects.toThrow("has no backend other yet");
  }, 60_000);
});
