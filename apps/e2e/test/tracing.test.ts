import { copyFile, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, requireServer, runLighthouse, runnerProgram } from "@lighthouse-sd/test-servers";
import { describe, expect, it } from "vitest";
import { Site } from "../src/site.js";

const SINGLE_FILE = join(dirname(runnerProgram), "../single-file/lighthouse-runner.mjs");
const SDK = fileURLToPath(new URL("../src/tracing-sdk.mjs", import.meta.url));

interface SpanLine {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

describe.skipIf(!requireServer("haproxy"))("a runner with a tracing SDK that is preloaded", () => {
  it.each([
    ["the package", runnerProgram],
    ["the single file, with no package in reach", SINGLE_FILE],
  ])("%s: a sync's spans have arrived when the process has ended", async (_name, built) => {
    const site = await Site.create();
    const program = built === SINGLE_FILE ? join(site.directory.path, "lighthouse-runner.mjs") : built;
    if (program !== built) await copyFile(built, program);
    await site.writeCluster("web", { port: await freePort() });
    await site.writeNodes("web", [{ host: "app1", ip: "127.0.0.1", port: 1 }]);
    const spansFile = join(site.directory.path, "spans.jsonl");
    const args = ["run", site.configDirectory, "--once", "--state-dir", site.stateDirectory, "--http", "off"];
    const env = { NODE_OPTIONS: `--import ${SDK}`, SPANS_FILE: spansFile };
    const { code, stderr } = await runLighthouse(args, env, program);
    expect([code, stderr]).toEqual([0, expect.stringContaining("everything is in line")]);
    const text = await readFile(spansFile, "utf8");
    const spans = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as SpanLine);
    const named = (name: string): SpanLine | undefined => spans.find((span) => span.name === name);
    expect(named("lighthouse.configure")?.attributes["lighthouse.configuration.error_count"]).toBe(0);
    const sync = named("lighthouse.sync");
    expect(sync?.attributes["lighthouse.balancer.name"]).toBe("haproxy");
    expect(named("lighthouse.plugin.syncFile")?.parentSpanId).toBe(sync?.spanId);
    const results = spans.map(({ attributes }) => attributes["lighthouse.sync.result"]);
    expect(results).toContain("converged");
  });
});
