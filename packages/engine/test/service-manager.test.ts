import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, test, vi } from "vitest";
import { type EngineProcess, engineProcess } from "./support/engine-process.js";
import { type NotifyReceiver, notifyReceiver } from "./support/notify-receiver.js";
import { type TinySite, tinySite } from "./support/tiny-site.js";

const WAIT = { timeout: 60_000, interval: 50 };

function runUnder(socket: string, site: TinySite, env: Readonly<Record<string, string>> = {}): EngineProcess {
  const { directory, pluginsDirectory, stateDirectory } = site;
  const args = ["run", directory, "--plugins-dir", pluginsDirectory, "--state-dir", stateDirectory];
  return engineProcess(args, { NOTIFY_SOCKET: socket, ...env });
}

function isTold({ messages }: NotifyReceiver, message: RegExp, from: number = 0): Promise<number> {
  return vi.waitFor(() => {
    const index = messages.findIndex((candidate, at) => at >= from && message.test(candidate));
    expect(index, `${message} among ${JSON.stringify(messages)}`).not.toBe(-1);
    return index;
  }, WAIT);
}

describe.skipIf(!requireServer("systemd"))("under a service manager", { timeout: 240_000 }, () => {
  test.each([
    ["a path", (site: TinySite) => join(site.pluginsDirectory, "notify.sock")],
    ["an abstract name", () => `@lighthouse-${randomUUID()}`],
  ])("with its socket at %s: ready, alive, reloading and ready again, stopping", async (_name, socketOf) => {
    const site = await tinySite();
    const socket = socketOf(site);
    const manager = await notifyReceiver(socket);
    const engine = runUnder(socket, site, { WATCHDOG_USEC: "3000000" });
    const ready = await isTold(manager, /^READY=1\nSTATUS=(not )?ready: 1 cluster, /);
    await isTold(manager, /\nSTATUS=ready: 1 cluster, 1 node, 1 balancer$/);
    await isTold(manager, /^WATCHDOG=1$/);
    engine.signal("SIGHUP");
    const reloading = await isTold(manager, /^RELOADING=1\nMONOTONIC_USEC=\d+/, ready);
    await isTold(manager, /^READY=1/, reloading);
    engine.signal("SIGTERM");
    expect(await engine.ended).toBe(0);
    await isTold(manager, /^STOPPING=1\nSTATUS=stopping$/);
  });

  test("programs that plugins start do not learn of it", async () => {
    const site = await tinySite({ environment: true });
    const socket = join(site.pluginsDirectory, "notify.sock");
    await notifyReceiver(socket);
    const engine = runUnder(socket, site, { WATCHDOG_USEC: "60000000" });
    await vi.waitFor(() => expect(engine.said()).toContain("environment: "), WAIT);
    expect(engine.said()).toContain(" PATH");
    expect(engine.said()).not.toMatch(/NOTIFY_SOCKET|WATCHDOG/);
  });

  test("one that does not listen any more is a warning, and everything else goes on", async () => {
    const site = await tinySite();
    const engine = runUnder(join(site.pluginsDirectory, "nobody.sock"), site);
    await vi.waitFor(() => expect(engine.said()).toMatch(/cannot be told READY=1 .*nobody\.sock: .*tried again/), WAIT);
    await vi.waitFor(() => expect(engine.said()).toContain("written"), WAIT);
    engine.signal("SIGTERM");
    expect(await engine.ended).toBe(0);
  });
});
