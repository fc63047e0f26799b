import { spawn } from "node:child_process";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, haproxyBinary, haproxyProcesses, killHaproxies, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { type Member, startMembers, whoAnswers } from "../src/members.js";
import { Site } from "../src/site.js";

interface Setting {
  readonly site: Site;
  readonly port: number;
  readonly members: readonly Member[];
}

/** A site that looks at its HAProxy often, with two members. */
async function running(): Promise<Setting> {
  const site = await Site.create({ balancer: { resync: "300ms" } });
  const port = await freePort();
  const members = await startMembers(["app1", "app2"]);
  await site.writeCluster("web", { port, backend: ["balance roundrobin"] });
  await site.writeNodes(
    "web",
    members.map(({ node }) => node),
  );
  await site.start();
  await site.until("both to answer", async () => (await whoAnswers(port)).join() === "app1,app2");
  return { site, port, members };
}

describe.skipIf(!requireServer("haproxy"))("an HAProxy that is already there", () => {
  it.each(["SIGTERM", "SIGKILL"] as const)(
    "is adopted by a runner that starts again after %s: no reload, same pid",
    async (signal) => {
      const { site, port, members } = await running();
      const pid = await site.haproxyPid();
      site.runner.kill(signal);
      await site.runner.ended;
      expect(await whoAnswers(port)).toEqual(["app1", "app2"]);

      await site.start();
      expect(await site.haproxyPid()).toBe(pid);
      expect(await haproxyProcesses(site.directory.path)).toHaveLength(1);
      await site.until("it to be in line", async () => (await site.balancer()).converged);
      expect(await site.balancer()).toMatchObject({ reloads: 0 });
      await site.writeNodes(
        "web",
        members.slice(0, 1).map(({ node }) => node),
      );
      await site.until("only app1 to answer", async () => (await whoAnswers(port)).join() === "app1");
    },
  );

  it("goes on when its runner stops", async () => {
    const { site, port } = await running();
    const pid = await site.haproxyPid();
    expect(await site.runner.stop()).toEqual({ code: 0, signal: null });
    expect(await site.haproxyPid()).toBe(pid);
    expect(await whoAnswers(port)).toEqual(["app1", "app2"]);
  });

  it("is started again when it was killed, before the next look at everything", async () => {
    const { site, port } = await running();
    const pid = await site.haproxyPid();
    await killHaproxies(site.directory.path);
    await site.until("HAProxy to answer again", async () => (await whoAnswers(port)).length === 2);
    expect(await site.haproxyPid()).not.toBe(pid);
    await site.untilOneHaproxy();
  });

  it("is started again when it was killed while no runner was there", async () => {
    const { site, port } = await running();
    await site.runner.stop();
    await killHaproxies(site.directory.path);
    await site.start();
    await site.until("both to answer", async () => (await whoAnswers(port)).join() === "app1,app2");
    await site.untilOneHaproxy();
  });

  it("is recognised when somebody else has reloaded it, and follows as before", async () => {
    const { site, port, members } = await running();
    const pid = await site.haproxyPid();
    await reload(site, site.configFile);
    await site.until("the other process to answer", async () => (await site.haproxyPid()) !== pid);
    await site.untilOneHaproxy();
    const other = await site.haproxyPid();

    await site.until("another look at it", async () => (await site.balancer()).converged);
    expect(await site.haproxyPid(), "recognised, not replaced").toBe(other);
    await site.writeNodes(
      "web",
      members.slice(0, 1).map(({ node }) => node),
    );
    await site.until("only app1 to answer", async () => (await whoAnswers(port)).join() === "app1");
    await site.untilOneHaproxy();
  });

  it("is brought back in line when somebody else has reloaded it with an older file", async () => {
    const { site, port } = await running();
    const old = join(site.runDirectory, "backup");
    await copyFile(site.configFile, old);
    const apiPort = await freePort();
    await site.writeCluster("api", { port: apiPort });
    await site.writeNodes(
      "api",
      (await startMembers(["api1"])).map(({ node }) => node),
    );
    await site.until("api1 to answer", async () => (await whoAnswers(apiPort)).join() === "api1");

    const newer = await readFile(site.configFile, "utf8");
    const pid = await site.haproxyPid();
    await copyFile(old, site.configFile);
    await reload(site, site.configFile);
    await site.until("another process than before", async () => (await site.haproxyPid()) !== pid);
    await site.until("api1 to answer again", async () => (await whoAnswers(apiPort)).join() === "api1");
    await site.until("the file to be whole again", async () => (await site.configText()) === newer);
    expect(await whoAnswers(port)).toEqual(["app1", "app2"]);
    await site.untilOneHaproxy();
  });
});

/** As an init script does it. */
async function reload(site: Site, file: string): Promise<void> {
  const old = (await haproxyProcesses(site.directory.path)).map(({ pid }) => String(pid));
  const args = ["-D", "-f", file, "-p", site.pidFile, "-x", site.socket, "-sf", ...old];
  const child = spawn(haproxyBinary(), args, { stdio: "ignore" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(code, "haproxy's exit code").toBe(0);
}
