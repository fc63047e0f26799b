import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@lighthouse-sd/plugin-kit";
import { haproxyBinary, killHaproxies, requireServer } from "@lighthouse-sd/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import { FaultyWeb, type ServerLine, type Settled } from "./faulty-web.js";
import { node, reloads } from "./live-haproxy.js";

const ended: FaultyWeb[] = [];
afterEach(async () => {
  for (const web of ended.splice(0)) await web.end();
});

async function serving(...given: Parameters<typeof FaultyWeb.serving>): Promise<FaultyWeb> {
  const web = await FaultyWeb.serving(...given);
  ended.push(web);
  return web;
}

function codes({ changes }: Settled): readonly (string | undefined)[] {
  return changes.map(({ kind, code }) => code ?? kind);
}

/** The first command that begins so gets this treatment, all others pass. */
function once<T>(beginning: string, treatment: T): (command: string) => T | "pass" {
  let isDone = false;
  return (command) => {
    if (isDone || !command.startsWith(beginning)) return "pass";
    isDone = true;
    return treatment;
  };
}

const [A, B, C, D] = [node(81), node(82), node(83), node(84)];

describe.skipIf(!requireServer("haproxy"))("a batch that is cut short is finished by later syncs", () => {
  test.each([
    ["an addition", "add server", "swallow", [A, B, C, D]],
    ["the answer to an addition", "add server", "mute", [A, B, C, D]],
    ["the last step of an addition", "set server web/127.0.0.1:84 state ready", "swallow", [A, B, C, D]],
    ["a removal", "set server web/127.0.0.1:82 state maint", "mute", [A, C]],
    ["a removal that it never hears of", "set server web/127.0.0.1:82 state maint", "swallow", [A, C]],
    ["the end of a removal", "del server", "mute", [A, C]],
    ["a weight", "set server web/127.0.0.1:82 weight", "swallow", [A, node(82, { weight: 7 }), C]],
  ] as const)("where HAProxy hangs at %s", async (_what, beginning, treatment, nodes) => {
    const web = await serving([A, B], { hangs: true });
    const middle = await web.interpose();
    middle.treat = once(beginning, treatment);
    const settled = await web.settle(nodes);
    expect(settled.said.join("\n")).toMatch(/did not answer "(add|set|del) .*" within 1000 ms/);
    expect(reloads({ changes: settled.changes, converged: true })).toEqual([]);
    expect(await web.live.processes()).toHaveLength(1);
  });

  test("where a member was taken out of rotation, and is there again before HAProxy answers", async () => {
    const web = await serving([A, B], { hangs: true });
    const middle = await web.interpose();
    middle.treat = once("set server web/127.0.0.1:82 state maint", "mute");
    await expect(web.live.sync([web.cluster([A])])).rejects.toThrow(/did not answer/);
    expect((await web.runs()).filter((line) => line.endsWith("maint"))).toHaveLength(1);
    const settled = await web.settle([A, B]);
    expect(settled.changes).toMatchObject([{ code: "change", action: "kept: it came back" }]);
  });

  test("where a first check is waited for", async () => {
    const block = { server_options: "check inter 50ms" };
    const web = await serving([A, B], { block, hangs: true });
    const middle = await web.interpose();
    middle.treat = once("enable health", "swallow");
    await web.settle([A, B, C]);
    expect(middle.commands.filter((command) => command === "enable health web/127.0.0.1:83")).toHaveLength(2);
  });

  test("where HAProxy dies: it is started again, with all members", async () => {
    const web = await serving([A, B], { hangs: true });
    const middle = await web.interpose();
    const pid = await web.live.pid();
    middle.treat = once("add server web/127.0.0.1:84", "mute");
    const treat = middle.treat;
    middle.treat = (command) => {
      const treatment = treat(command);
      if (treatment === "pass") return treatment;
      process.kill(pid, "SIGKILL");
      void middle.close();
      return treatment;
    };
    const settled = await web.settle([A, B, C, D]);
    expect(settled.said.join("\n")).toMatch(/closed the connection/);
    expect(codes(settled)).toContain("start");
    expect(await web.live.processes()).toHaveLength(1);
  });

  test("where HAProxy gives an answer that no version is known to give: by a reload that quotes it", async () => {
    const web = await serving([A, B], { hangs: true });
    const middle = await web.interpose();
    middle.treat = once("add server", { answer: "Gone fishing." });
    const settled = await web.settle([A, B, C]);
    const found = reloads({ changes: settled.changes, converged: true });
    expect(found).toMatchObject([
      {
        code: "members",
        action: expect.stringMatching(/backend web: HAProxy answered "Gone fishing\." to "add server/),
      },
    ]);
  });
});

describe.skipIf(!requireServer("haproxy"))("what others do at run time", () => {
  test.each<readonly [string, string, (lines: readonly ServerLine[]) => readonly string[], RegExp]>([
    [
      "maintenance",
      "set server web/127.0.0.1:82 state maint",
      (l) => l.map((x) => ofB(x, / ready/, " maint")),
      /maint/,
    ],
    ["drain", "set server web/127.0.0.1:82 state drain", (l) => l.map((x) => ofB(x, / ready/, " drain")), /drain/],
    [
      "a weight",
      "set server web/127.0.0.1:82 weight 9",
      (l) => l.map((x) => ofB(x, /weight 1/, "weight 9")),
      /weight 9/,
    ],
  ])("%s is kept and shown; enforce: true repairs it and says so", async (_what, command, kept, notice) => {
    const web = await serving([A, B]);
    await web.ask(command);
    const wanted = kept(web.intended([A, B])) as readonly ServerLine[];
    expect(wanted).not.toEqual(web.intended([A, B]));
    await web.settle([A, B], wanted);
    const shown = await untilLooked(web, [A, B]);
    expect(shown.changes).toEqual([]);
    expect(shown.said.join("\n")).toMatch(notice);
    expect(shown.said.join("\n")).toMatch(/^web\/127\.0\.0\.1:82: .*set by somebody else, is left so/m);
    await web.live.restart();
    expect((await untilLooked(web, [A, B])).said.join("\n")).toMatch(notice);
    expect(await web.runs()).toEqual(wanted);
    await web.live.configure({ resync: "200ms", enforce: true });
    const repaired = await web.settle([A, B]);
    expect(repaired.changes.filter(({ repair }) => repair)).toMatchObject([{ target: "web/127.0.0.1:82" }]);
  });

  test.each([
    ["a deleted server", ["set server web/127.0.0.1:82 state maint", "del server web/127.0.0.1:82"], "add"],
    ["a foreign server", ["add server web/stranger 127.0.0.1:99", "enable server web/stranger"], "remove"],
    ["another address", ["set server web/127.0.0.1:82 addr 127.0.0.1 port 99"], "change"],
  ] as const)("%s is repaired without a reload, and said to be", async (_what, commands, code) => {
    const web = await serving([A, B]);
    await untilLooked(web, [A, B]);
    for (const command of commands) await web.ask(command);
    expect(await web.runs()).not.toEqual(web.intended([A, B]));
    const settled = await web.settle([A, B]);
    expect(settled.changes.filter(({ kind }) => kind === "runtime")).toMatchObject([{ code, repair: true }]);
    expect(reloads({ changes: settled.changes, converged: true })).toEqual([]);
  });

  test("HAProxy started by hand on an older file gets the members of now, without a reload", async () => {
    const web = await serving([A, node(82, { weight: 3 })]);
    await untilLooked(web, [A, node(82, { weight: 3 })]);
    const path = join(web.live.directory, "haproxy.cfg");
    const old = await readFile(path, "utf8");
    const nodes = [node(82, { weight: 8 }), C];
    await web.settle(nodes);
    await killHaproxies(web.live.directory);
    await writeFile(path, old);
    const { code } = await runProgram(
      haproxyBinary(),
      ["-D", "-f", path, "-p", join(web.live.directory, "haproxy.pid")],
      { signal: AbortSignal.timeout(10_000), timeoutMs: 10_000 },
    );
    expect(code).toBe(0);
    const settled = await web.settle(nodes);
    expect(codes(settled)).toEqual(expect.arrayContaining(["add", "remove", "change", "file"]));
    expect(codes(settled)).not.toContain("members");
    expect(await readFile(path, "utf8")).not.toBe(old);
  });

  test("a socket_file that moves in the configuration is followed", async () => {
    const web = await serving([A, B]);
    const before = await web.live.pid();
    await web.live.configure({ resync: "200ms", socket_file: "other.sock" });
    const result = await web.live.sync([web.cluster([A, B, C])]);
    expect(reloads(result)).toMatchObject([{ code: "structure" }]);
    await web.live.configure({ resync: "200ms" });
    const settled = await web.settle([A, C]);
    expect(codes(settled)).toContain("structure");
    expect(await web.live.pid()).not.toBe(before);
  });
});

describe.skipIf(!requireServer("haproxy"))("a runner that is killed in the middle of", () => {
  test("a join: the next one lets the node into rotation once it is checked", async () => {
    const block = { server_options: "check inter 100ms" };
    const web = await serving([A], { block, hangs: true });
    await untilLooked(web, [A]);
    const middle = await web.interpose();
    middle.treat = once("set server web/127.0.0.1:82 state drain", "mute");
    const cut = web.live.sync([web.cluster([A, B])]);
    await expect(cut).rejects.toThrow(/did not answer/);
    await web.live.restart();
    const settled = await web.settle([A, B]);
    expect(settled.changes.some(({ action }) => /in rotation/.test(action))).toBe(true);
  });

  test("an addition without checks: the next one finishes it, and keeps a person's maintenance", async () => {
    const web = await serving([A, B], { hangs: true });
    await untilLooked(web, [A, B]);
    await web.ask("set server web/127.0.0.1:81 state maint");
    const middle = await web.interpose();
    middle.treat = once("set server web/127.0.0.1:83 state ready", "swallow");
    await expect(web.live.sync([web.cluster([A, B, C])])).rejects.toThrow(/did not answer/);
    await web.live.restart();
    const wanted = web.intended([A, B, C]).map((line) => line.replace(/^(127\.0\.0\.1:81 .*) ready/, "$1 maint"));
    await web.settle([A, B, C], wanted as readonly ServerLine[]);
  });

  test.each([
    ["the next one finishes it", [A], "remove"],
    ["the next one brings it back where it is there again", [A, B], "change"],
  ] as const)("a drain: %s, and keeps a person's maintenance", async (_what, nodes, code) => {
    const block = { server_options: "on-marked-down shutdown-sessions" };
    const web = await serving([A, B], { block, config: { drain: "1s" } });
    await web.ask("set server web/127.0.0.1:81 state maint");
    await web.live.sync([web.cluster([A])]);
    expect((await web.runs()).filter((line) => line.endsWith("drain"))).toHaveLength(1);
    await web.live.restart();
    const wanted = web.intended(nodes).map((line) => line.replace(/^(127\.0\.0\.1:81 .*) ready/, "$1 maint"));
    const settled = await web.settle(nodes, wanted as readonly ServerLine[]);
    expect(codes(settled)).toContain(code);
    expect(reloads({ changes: settled.changes, converged: true })).toEqual([]);
  });

  test("a drain that ends together with a change of the structure: it comes back into rotation", async () => {
    const web = await serving([A, B], { config: { drain: "30s" } });
    const middle = await web.interpose();
    middle.treat = (command) =>
      command.startsWith("del server") ? { answer: "Server still has connections." } : "pass";
    await web.live.sync([web.cluster([A])]);
    const result = await web.live.sync([web.cluster([A, B], { backend: ["retries 2"] })]);
    expect(reloads(result)).toMatchObject([{ code: "structure" }]);
    expect(result.syncAgainMs).toBeLessThan(200);
    await web.live.sync([web.cluster([A, B], { backend: ["retries 2"] })]);
    expect(await web.runs()).toEqual(web.intended([A, B]));
  });
});

describe.skipIf(!requireServer("haproxy"))("members that HAProxy cannot change at run time", () => {
  const DYNAMIC =
    "to avoid reloads \\(HAProxy: Backend must use a dynamic load balancing to support dynamic servers\\.\\)";
  test.each([
    ["balance source", "add `hash-type consistent`"],
    ["balance uri", "add `hash-type consistent`"],
    ["balance static-rr", "use `balance roundrobin`"],
  ])("%s: a reload that says why", async (directive, advice) => {
    const web = await serving([A, B], { block: { backend: [directive] } });
    await untilLooked(web, [A, B]);
    const settled = await web.settle([A, C]);
    const why = new RegExp(`^backend web: ${directive} is not a dynamic algorithm; ${advice} ${DYNAMIC}$`);
    const found = reloads({ changes: settled.changes, converged: true });
    expect(found).toMatchObject([{ code: "members", action: expect.stringMatching(why) }]);
    expect(settled.said).toEqual([]);
  });

  test("a cookie on a version that takes none at run time: a reload that says why", async () => {
    const web = await serving([A, B], { block: { backend: ["cookie SRV insert"] } });
    await untilLooked(web, [A, B]);
    const settled = await web.settle([A, B, C]);
    const found = reloads({ changes: settled.changes, converged: true });
    if (found.length === 0) expect(codes(settled)).toContain("add");
    else
      expect(found).toMatchObject([{ code: "members", action: expect.stringMatching(/no server with "cookie" at/) }]);
  });
});

/** `line` with a change, where it is B's. */
function ofB(line: string, found: RegExp, change: string): string {
  return line.startsWith("127.0.0.1:82 ") ? line.replace(found, change) : line;
}

/** Lets a resync go by: what it told of. */
async function untilLooked(web: FaultyWeb, nodes: Parameters<FaultyWeb["settle"]>[0]): Promise<Settled> {
  await new Promise((resolve) => setTimeout(resolve, 250));
  const { changes, problems = [] } = await web.live.sync([web.cluster(nodes)]);
  return { changes, said: problems.map(({ message }) => message) };
}
