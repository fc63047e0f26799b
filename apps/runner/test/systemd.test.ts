import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { requireServer, tempDirectory } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";

const UNIT = fileURLToPath(new URL("../systemd/lighthouse-runner.service", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../bin/lighthouse-runner.js", import.meta.url));
/** Of what systemd gives out from 0 to 100: 30 is where it calls a service exposed. */
const MOST_EXPOSURE = 25;

const analyze = (...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> =>
  promisify(execFile)("systemd-analyze", [...args, "--no-pager"]);

describe.skipIf(!requireServer("systemd"))("the systemd unit", { timeout: 60_000 }, () => {
  test("is understood in every line", async () => {
    // Where the program is not installed, its path is that of this workspace.
    const directory = await tempDirectory();
    onTestFinished(() => directory.remove());
    const file = join(directory.path, "lighthouse-runner.service");
    await writeFile(file, (await readFile(UNIT, "utf8")).replaceAll("/usr/bin/lighthouse-runner", PROGRAM));
    expect(await analyze("verify", file)).toEqual({ stdout: "", stderr: "" });
  });

  test("lets the runner do what it needs, and little else", async () => {
    const { stdout } = await analyze("security", "--offline=true", `--threshold=${MOST_EXPOSURE}`, UNIT);
    expect(stdout).toMatch(/Overall exposure level for lighthouse-runner\.service: [0-2]\.\d/);
  });
});

test.each([
  ["stops the runner alone: HAProxy goes on", "KillMode=process"],
  ["keeps HAProxy's socket for the next runner", "RuntimeDirectoryPreserve=yes"],
  ["hears the runner through systemd-notify", "NotifyAccess=all"],
  ["waits until the runner has started", "Type=notify"],
  ["watches the runner", "WatchdogSec=30s"],
])("the systemd unit %s", async (_name, line) => {
  const lines = (await readFile(UNIT, "utf8")).split("\n");
  expect(lines.filter((candidate) => candidate.startsWith(line))).toHaveLength(1);
});
