import { join } from "node:path";
import { haproxyCommand, requireServer, waitFor } from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import { AdminSocket } from "../src/runtime/admin-socket.js";
import { cluster, freePort, type Live, live, node } from "./live-haproxy.js";

const ROUNDS = 4;

describe.skipIf(!requireServer("haproxy"))("connections to HAProxy's admin socket", () => {
  let running: Live | undefined;
  afterEach(() => running?.end());

  test("are not given up where this process itself stood still for longer than an answer may take", async () => {
    running = await live({}, 0);
    await running.sync([cluster("web", { port: await freePort() }, [])]);
    const { signal } = new AbortController();
    const socket = AdminSocket.open(join(running.directory, "haproxy.sock"), 1000, { signal });
    await socket.send("show info");
    const answer = socket.send("show info");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
    expect(await answer).toContain(`Pid: ${await running.pid()}`);
    socket.close();
  });

  // HAProxy takes ten of them by default, and then none until one is closed.
  test("are closed when a sync ends, also where the members of several clusters wait for their first check", async () => {
    running = await live({}, ROUNDS + 1);
    const harness = running;
    const ports = [await freePort(), await freePort(), await freePort()];
    const block = { server_options: "check inter 200ms" };
    for (let round = 0; round <= ROUNDS; round++) {
      const nodes = harness.backends.slice(0, round + 1).map(({ port }) => node(port));
      const clusters = ports.map((port, index) => cluster(`web${index}`, { port, ...block }, nodes));
      await waitFor(async () => (await harness.sync(clusters)).converged, {
        what: `round ${round}`,
        deadlineMs: 30_000,
      });
    }
    const socket = join(harness.directory, "haproxy.sock");
    // One is that of the question itself; what was closed last may take HAProxy a moment.
    const isAlone = async (): Promise<boolean> =>
      (await haproxyCommand(socket, "show sess")).split("proto=unix_stream").length === 2;
    await waitFor(isAlone, { what: "no connection to be left open" });
  });
});
