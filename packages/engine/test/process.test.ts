import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { type EngineProcess, engineProcess, runProcess } from "./support/engine-process.js";
import { tinySite } from "./support/tiny-site.js";

const WAIT = { timeout: 20_000, interval: 50 };

function hears(engine: EngineProcess, text: string | RegExp): Promise<void> {
  return vi.waitFor(() => expect(engine.said()).toMatch(text), WAIT);
}

describe("run --once", () => {
  test("finds plugins by name, brings everything in line and ends with 0", async () => {
    const site = await tinySite();
    const engine = runProcess(site, "--once");
    expect(await engine.ended).toBe(0);
    expect(JSON.parse(await readFile(site.output, "utf8"))).toEqual([["web", ["app1:80"]]]);
    expect(engine.said()).toContain("everything is in line");
    expect(engine.printed()).toBe("");
  });

  test("ends with 1 at its time limit, saying who is not in line and why", async () => {
    const engine = runProcess(await tinySite({ fails: true }), "--once", "--timeout", "3s");
    expect(await engine.ended).toBe(1);
    expect(engine.said()).toContain("balancer tiny: not in line: socket gone");
  });

  test("ends with 1 where a file is invalid, with its place, after the rest was done", async () => {
    const site = await tinySite();
    await writeFile(join(site.directory, "clusters", "bad.yaml"), "discovery: nowhere\n");
    const engine = runProcess(site, "--once");
    expect(await engine.ended).toBe(1);
    expect(engine.said()).toContain("clusters/bad.yaml:1:");
    expect(JSON.parse(await readFile(site.output, "utf8"))).toEqual([["web", ["app1:80"]]]);
  });

  test("--log-format json writes one object a line", async () => {
    const engine = runProcess(await tinySite(), "--once", "--log-format", "json");
    await engine.ended;
    const lines = engine.said().trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).msg)).toContain("everything is in line");
  });
});

describe("run", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s ends it with 0, its socket gone", async (signal) => {
    const site = await tinySite();
    const engine = runProcess(site);
    await hears(engine, "written");
    engine.signal(signal);
    expect(await engine.ended).toBe(0);
    await expect(readFile(join(site.stateDirectory, "writer.sock"))).rejects.toThrow("ENOENT");
  });

  test("a plugin that hangs and ignores its abort does not keep it from ending", async () => {
    const engine = runProcess(await tinySite({ hangs: true }));
    await hears(engine, "hangs now");
    engine.signal("SIGTERM");
    expect(await engine.ended).toBe(0);
    expect(engine.said()).toContain("has not ended within 2 s and is left behind");
  });

  test("a second signal ends it at once", async () => {
    const engine = runProcess(await tinySite({ hangs: true }));
    await hears(engine, "hangs now");
    engine.signal("SIGTERM");
    await hears(engine, "SIGTERM: stopping");
    engine.signal("SIGTERM");
    expect(await engine.ended).toBe(143);
    expect(engine.said()).not.toContain("left behind");
  });

  test("SIGHUP reads everything anew and goes on", async () => {
    const engine = runProcess(await tinySite());
    await hears(engine, "written");
    engine.signal("SIGHUP");
    await hears(engine, /SIGHUP[\s\S]*written/);
  });

  test("a second one on the same directory is refused, naming the first", async () => {
    const site = await tinySite();
    const first = runProcess(site);
    await hears(first, "written");
    const second = runProcess(site);
    expect(await second.ended).toBe(1);
    expect(second.said()).toMatch(/another runner \(process \d+, on .*conf\) has the role writer/);
  });

  test.each([
    ["an error thrown in a plugin's timer", { stray: true }, "thrown in a timer"],
    ["a promise that a plugin leaves alone", { rejects: true }, "left alone"],
  ])("%s is logged with its stack, and survived", async (_name, balancer, text) => {
    const site = await tinySite(balancer);
    const engine = runProcess(site);
    await hears(engine, text);
    expect(engine.said()).toMatch(/balancer\.js:\d+/);
    engine.signal("SIGHUP");
    await hears(engine, /SIGHUP[\s\S]*written/);
    engine.signal("SIGTERM");
    expect(await engine.ended).toBe(0);
  });

  test("a flood of such errors ends it with 1, for its supervisor to start it anew", async () => {
    const engine = runProcess(await tinySite({ flood: true }));
    expect(await engine.ended).toBe(1);
    expect(engine.said()).toContain("the runner stops");
  });
});

describe("drain and undrain", () => {
  async function ran(...args: readonly string[]): Promise<{ code: number | null; printed: string; said: string }> {
    const engine = engineProcess(args);
    const code = await engine.ended;
    return { code, printed: engine.printed(), said: engine.said() };
  }

  test("act on the running one, say so in a sentence, and fail with the nearest name", async () => {
    const site = await tinySite();
    const engine = runProcess(site);
    await hears(engine, "cluster web: has 1 node");
    const place = ["--state-dir", site.stateDirectory];
    const drained = await ran("drain", "web", "app1:80", ...place);
    expect(drained).toEqual({
      code: 0,
      said: "",
      printed: expect.stringContaining("is drained on this host: it gets"),
    });
    await hears(engine, "app1:80 of cluster web is drained on this host");
    const back = await ran("undrain", "web", "app1:80", ...place);
    expect(back).toEqual({ code: 0, said: "", printed: "app1:80 of cluster web is no longer drained on this host\n" });
    const wrong = await ran("drain", "web", "app2:80", ...place);
    expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining("did you mean app1:80?"), printed: "" });
  });

  test("where none is running they say so, and end with 1", async () => {
    const { code, said } = await ran("drain", "web", "a:80", "--state-dir", "/nowhere");
    expect([code, said]).toEqual([1, expect.stringContaining("no runner answers at /nowhere/writer.sock")]);
  });

  test("over TCP they are refused, and told what to use", async () => {
    const site = await tinySite();
    const engine = runProcess(site, "--http", "127.0.0.1:0");
    await hears(engine, /answers HTTP at http:\S+/);
    const url = /http:\/\/[\d.:]+/.exec(engine.said())?.[0] ?? "";
    const { code, said } = await ran("drain", "web", "app1:80", "--url", url);
    expect([code, said]).toEqual([1, expect.stringContaining("use --state-dir in place of --url")]);
  });
});

describe("the command line", () => {
  test.each<[readonly string[], number, RegExp]>([
    [["--version"], 0, /^\d+\.\d+\.\d+\n$/],
    [["run", "--help"], 0, /--once/],
    [["plan", "--help"], 0, /touch nothing/],
    [["plan", "/nowhere/at/all"], 64, /does not exist/],
    [["drain", "web"], 64, /give either a cluster and one of its nodes, or --service/],
    [["check", "--help"], 0, /configuration directory/],
    [["run"], 64, /missing required argument 'dir'/],
    [["run", "/nowhere/at/all"], 64, /\/nowhere\/at\/all does not exist; give the configuration directory\n$/],
    [["run", ".", "--onse"], 64, /unknown option '--onse'\n\(Did you mean --once\?\)/],
    [["rum"], 64, /unknown command 'rum'\n\(Did you mean run\?\)/],
    [["run", ".", "--role", "reporter", "--once"], 64, /^error: --once goes with --role writer only[^\n]*\n$/],
  ])("%j ends with %i", async (args, code, text) => {
    const engine = engineProcess(args);
    expect(await engine.ended).toBe(code);
    expect(code === 0 ? engine.printed() : engine.said()).toMatch(text);
  });

  test("plan tells what is to be told on standard output, without a running one", async () => {
    const site = await tinySite();
    const place = ["--plugins-dir", site.pluginsDirectory, "--state-dir", site.stateDirectory];
    const engine = engineProcess(["plan", site.directory, ...place]);
    expect([await engine.ended, engine.said()]).toEqual([0, ""]);
    expect(engine.printed()).toContain("tiny\n  cannot tell: its plugin does not plan\n");
    await expect(readFile(site.output)).rejects.toThrow("ENOENT");
  });

  test("check and plugins work on what is installed", async () => {
    const site = await tinySite();
    const check = engineProcess(["check", site.directory, "--plugins-dir", site.pluginsDirectory]);
    expect([await check.ended, check.printed()]).toEqual([0, "4 files, 0 errors\n"]);
    const plugins = engineProcess(["plugins", site.directory, "--json", "--plugins-dir", site.pluginsDirectory]);
    expect(await plugins.ended).toBe(0);
    expect(JSON.parse(plugins.printed()).plugins).toContainEqual(
      expect.objectContaining({ kind: "balancer", name: "tiny", version: "1.2.3" }),
    );
  });
});
