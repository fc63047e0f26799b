import { execFile } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePort, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { unreachableNodes, whoAnswers } from "../src/members.js";
import { type RunningSite, startRunningSite } from "../src/running-site.js";
import { Site } from "../src/site.js";

const exec = promisify(execFile);

/** Mounts need the right to mount, which root in a container may lack; there the rest of these tests still stands. */
const canMount: boolean = await mounts();

async function mounts(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  try {
    await exec("unshare", ["--mount", "true"]);
    return true;
  } catch {
    return false;
  }
}

/** The fault shows with its path and errno, the file stays whole, traffic goes on; once mended, the change goes through. */
async function expectFault({ site, port }: RunningSite, errno: RegExp, mend: () => Promise<unknown>): Promise<void> {
  const before = await site.configText();
  const nodes = unreachableNodes(2_000);
  await site.writeNodes("api", nodes);
  await site.writeCluster("api", { port: await freePort() });
  await site.until("the fault to be told", async () => {
    const { lastError, converged } = await site.balancer();
    const said = JSON.stringify(lastError);
    if (!converged && errno.test(said) && said.includes(dirname(site.configFile))) return true;
    throw new Error(`converged: ${converged}, lastError: ${said}`);
  });
  expect(await site.configText()).toBe(before);
  expect(await whoAnswers(port)).toEqual(["app1"]);
  await mend();
  await site.untilServers("api", nodes, 60_000);
  await site.until("the error to be gone", async () => (await site.balancer()).converged);
}

describe.skipIf(!requireServer("haproxy"))("a configuration file that cannot be written", () => {
  it.skipIf(!canMount)("because its file system is read-only", async () => {
    const setting = await startRunningSite();
    const { runDirectory } = setting.site;
    await exec("mount", ["--bind", runDirectory, runDirectory]);
    onTestFinished(() => unmount(runDirectory));
    await exec("mount", ["-o", "remount,bind,ro", runDirectory]);
    await expectFault(setting, /EROFS/, () => exec("mount", ["-o", "remount,bind,rw", runDirectory]));
  });

  it.skipIf(!canMount)("because the disk is full", async () => {
    const setting = await startRunningSite(async ({ runDirectory }) => {
      await exec("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", runDirectory]);
      onTestFinished(() => unmount(runDirectory));
    });
    const { runDirectory } = setting.site;
    await writeFile(join(runDirectory, "ballast"), Buffer.alloc(160 * 1024));
    await expectFault(setting, /ENOSPC/, () => exec("mount", ["-o", "remount,size=64m", runDirectory]));
    expect(await readdir(runDirectory), "no candidate is left behind").not.toContainEqual(
      expect.stringMatching(/tmp|cand/),
    );
  });

  it.skipIf(!canMount)("because it is itself a mount point", async () => {
    const setting = await startRunningSite();
    const { configFile } = setting.site;
    await exec("mount", ["--bind", configFile, configFile]);
    onTestFinished(() => unmount(configFile));
    await expectFault(setting, /EBUSY/, () => unmount(configFile));
  });

  it("because a file stands where its directory should be", async () => {
    const site = await Site.create();
    const directory = join(site.runDirectory, "deeper");
    await writeFile(directory, "");
    await site.writeBalancer({ config_file: join(directory, "haproxy.cfg") });
    await site.writeCluster("web", { port: await freePort() });
    await site.writeNodes("web", unreachableNodes(1));
    site.launch();
    await site.until("the fault to be told", async () => {
      const said = JSON.stringify((await site.balancer()).lastError);
      if (said.includes(directory) && /ENOTDIR|EEXIST/.test(said)) return true;
      throw new Error(`lastError: ${said}`);
    });
    await rm(directory);
    await site.untilServers("web", unreachableNodes(1), 60_000);
  });
});

describe.skipIf(!requireServer("haproxy"))("a configuration file that something else wrote", () => {
  it("is left as it is until the operator says that it may be taken over", async () => {
    const site = await Site.create();
    const foreign = "# kept by hand\nglobal\n  maxconn 10\n";
    await writeFile(site.configFile, foreign);
    await site.writeCluster("web", { port: await freePort() });
    await site.writeNodes("web", unreachableNodes(1));
    site.launch();
    await site.until("the refusal to be told", async () =>
      JSON.stringify((await site.balancer()).lastError).includes("adopt"),
    );
    expect(await site.configText()).toBe(foreign);
    await site.writeBalancer({ adopt: true });
    await site.untilServers("web", unreachableNodes(1));
  });
});

async function unmount(path: string): Promise<void> {
  const { stdout } = await exec("cat", ["/proc/mounts"]);
  if (stdout.includes(` ${path} `)) await exec("umount", ["--lazy", path]);
}
