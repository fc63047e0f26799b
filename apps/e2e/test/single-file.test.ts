import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  freePort,
  requireServer,
  runLighthouse,
  runnerProgram,
  startRunner,
  tempDirectory,
} from "@lighthouse-sd/test-servers";
import { describe, expect, it, onTestFinished } from "vitest";
import { startMembers, whoAnswers } from "../src/members.js";
import { Site } from "../src/site.js";

const SINGLE_FILE = join(dirname(runnerProgram), "../single-file/lighthouse-runner.mjs");

/** The file alone, where no package is in reach. */
async function copied(): Promise<string> {
  const directory = await tempDirectory("lhsf");
  onTestFinished(() => directory.remove());
  await mkdir(join(directory.path, "bin"));
  const file = join(directory.path, "bin", "lighthouse-runner.mjs");
  await copyFile(SINGLE_FILE, file);
  return file;
}

describe("the runner as a single file", () => {
  it("has the plugins of the bundle, and each of them loads", async () => {
    const program = await copied();
    const [alone, bundle] = await Promise.all(
      [program, runnerProgram].map(async (from) => {
        const { stdout } = await runLighthouse(["plugins", "--json"], {}, from);
        return JSON.parse(stdout) as { readonly plugins: readonly unknown[] };
      }),
    );
    expect(alone).toEqual(bundle);
    expect(alone?.plugins.length).toBeGreaterThan(7);
  });

  it.skipIf(!requireServer("haproxy"))("brings requests from HAProxy to the members that a file names", async () => {
    const program = await copied();
    const site = await Site.create();
    const [port, httpPort] = [await freePort(), await freePort()];
    await site.writeCluster("web", { port, backend: ["balance roundrobin"] });
    const members = await startMembers(["app1", "app2"]);
    await site.writeNodes(
      "web",
      members.map(({ node }) => node),
    );
    const { configDirectory: directory, stateDirectory } = site;
    const runner = startRunner({ directory, stateDirectory, httpPort, program });
    try {
      await site.until("the runner to be ready", async () => (await runner.get("/readyz")).status === 200, 60_000);
      await site.until("both to answer", async () => (await whoAnswers(port)).join() === "app1,app2");
    } finally {
      await runner.stop();
    }
  });
});
