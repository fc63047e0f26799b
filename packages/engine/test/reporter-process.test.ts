import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { type EngineProcess, engineProcess, runProcess } from "./support/engine-process.js";
import { type ReportingSite, reportingSite } from "./support/reporting-site.js";

const WAIT = { timeout: 20_000, interval: 50 };
const PLAIN = ["plain@here:8001", "plain@here:8002"];
const ALL = [...PLAIN, "web@here:8000"];

function hears(engine: EngineProcess, text: string | RegExp): Promise<void> {
  return vi.waitFor(() => expect(engine.said()).toMatch(text), WAIT);
}

function stands(site: ReportingSite, names: readonly string[]): Promise<void> {
  return vi.waitFor(async () => expect(Object.keys(await site.board()).toSorted()).toEqual(names), WAIT);
}

async function command(...args: readonly string[]): Promise<string> {
  const engine = engineProcess(args);
  const code = await engine.ended;
  return `${code} ${engine.printed()}${engine.said()}`;
}

describe("a reporter", { timeout: 60_000 }, () => {
  test("registers what is up, withdraws what goes down and, at SIGTERM, all but what is to be left", async () => {
    const site = await reportingSite();
    const engine = runProcess(site, "--role", "reporter");
    await stands(site, PLAIN);
    await hears(engine, "port 8000 is down: check flag: no flag for port 8000");
    await site.raiseFlag(true);
    await stands(site, ALL);
    expect((await site.board())["web@here:8000"]).toMatchObject({ ip: "127.0.0.1", metadata: { az: "a" } });
    await site.raiseFlag(false);
    await stands(site, PLAIN);
    await site.raiseFlag(true);
    await stands(site, ALL);
    engine.signal("SIGTERM");
    expect(await engine.ended).toBe(0);
    await stands(site, PLAIN);
    expect(engine.said()).toContain("SIGTERM: stopping; services are withdrawn");
    await expect(stat(site.output)).rejects.toThrow("ENOENT");
    await expect(stat(join(site.stateDirectory, "reporter.sock"))).rejects.toThrow("ENOENT");
  });

  test("runs beside a writer on the same directories; a second one is refused", async () => {
    const site = await reportingSite();
    const writer = runProcess(site, "--role", "writer");
    const reporter = runProcess(site, "--role", "reporter");
    await hears(writer, "written");
    await stands(site, PLAIN);
    const second = runProcess(site, "--role", "both");
    expect(await second.ended).toBe(1);
    expect(second.said()).toMatch(/another runner \(process \d+, on .*\) has the role writer/);
    const third = runProcess(site, "--role", "reporter");
    expect(await third.ended).toBe(1);
    expect(third.said()).toMatch(/another runner \(process \d+, on .*\) has the role reporter/);
    for (const engine of [writer, reporter]) engine.signal("SIGTERM");
    expect([await writer.ended, await reporter.ended]).toEqual([0, 0]);
  });

  test("drains a service by command, over a restart, and takes it back", async () => {
    const site = await reportingSite();
    const there = ["--service", "plain", "--state-dir", site.stateDirectory];
    expect(await command("drain", ...there)).toMatch(/^1 error: no runner answers at .*reporter\.sock/);
    const first = runProcess(site, "--role", "reporter");
    await stands(site, PLAIN);
    expect(await command("drain", ...there)).toMatch(/^0 service plain is drained: it stays registered/);
    const drained = {
      "plain@here:8001": { metadata: { drain: true } },
      "plain@here:8002": { metadata: { drain: true } },
    };
    await vi.waitFor(async () => expect(await site.board()).toMatchObject(drained), WAIT);
    expect(await command("drain", "--service", "plan", ...there.slice(2))).toMatch(/^1 error: .*did you mean plain\?/);
    first.signal("SIGTERM");
    await first.ended;
    const second = runProcess(site, "--role", "both");
    await hears(second, "registered here:8002 with board");
    // One port is registered before the other, each by a file that is empty for a moment.
    await vi.waitFor(async () => expect(await site.board()).toMatchObject(drained), WAIT);
    expect(await command("undrain", ...there)).toMatch(/^0 service plain is no longer drained/);
    await vi.waitFor(async () => expect((await site.board())["plain@here:8001"]?.metadata).toEqual({}), WAIT);
  });

  test.each([
    ["nothing", []],
    ["a cluster alone", ["web"]],
    ["a node and a service", ["web", "here:8000", "--service", "web"]],
  ])("what drain is given %s for is a usage error", async (_what, args) => {
    expect(await command("drain", ...args)).toMatch(
      /^64 error: give either a cluster and one of its nodes, or --service/,
    );
  });

  test("goes on with what it left registered a moment ago once its check has passed once", async () => {
    const site = await reportingSite({ withdraw_on_stop: false });
    await site.raiseFlag(true);
    const first = runProcess(site, "--role", "reporter");
    await hears(first, "registered here:8000 with board");
    first.signal("SIGTERM");
    expect(await first.ended).toBe(0);
    await stands(site, ALL);
    await site.changeWeb({ withdraw_on_stop: false, rise: 1_000_000 });
    const second = runProcess(site, "--role", "reporter");
    await hears(second, "registered here:8000 with board");
    second.signal("SIGKILL");
    await second.ended;
    const third = runProcess(site, "--role", "reporter");
    await hears(third, "registered here:8002 with board");
    expect(third.said()).not.toContain("here:8000");
  });
});
