import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CallOptions, Change } from "@lighthouse-sd/core";
import { beforeEach, describe, expect, test } from "vitest";
import { runPlan } from "../src/cli/plan-command.js";
import { openLog } from "../src/logging/log-output.js";
import { contentText, renderSnapshot } from "../src/membership/snapshot-text.js";
import type { Plan } from "../src/plan/plan.js";
import { planText } from "../src/plan/render-plan.js";
import { ConfigFolder, SMALL } from "./support/config-folder.js";
import { temporaryDirectory } from "./support/membership-house.js";
import { AnsweringDiscovery, PlanningBalancer } from "./support/planning-plugins.js";
import { node, shown } from "./support/sample-nodes.js";
import { builtIn, tinyFinder } from "./support/small-plugins.js";

const TIMES = { prepareMs: 200, syncMs: 200, describeMs: 200, stopMs: 100, graceMs: 100 };

/** One planning balancer, one cluster of two nodes. */
const FILES: Readonly<Record<string, string>> = {
  "balancers/planning.yaml": "target: /etc/tiny\n",
  "discovery/answering.yaml": "path: answers\n",
  "clusters/web.yaml": "discovery: answering\nplanning:\n  port: 80\n",
};

const FILE: Change = {
  kind: "file",
  target: "/etc/tiny",
  action: "1 line changed",
  diff: "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+\tnew\u001b[2J\n",
};
const COMMAND: Change = { kind: "runtime", target: "web/b", action: "add", code: "add", repair: true };
const RELOAD: Change = { kind: "reload", target: "tiny", action: "a new frontend", code: "structure" };

interface Ran {
  readonly code: number;
  readonly printed: string;
  readonly logged: string;
}

async function plan(
  folder: ConfigFolder,
  more: { readonly json?: boolean; readonly stateDir?: string; readonly limitMs?: number } = {},
): Promise<Ran> {
  let [printed, logged] = ["", ""];
  const plugins = tinyFinder(
    builtIn("balancer", "planning", PlanningBalancer),
    builtIn("discovery", "answering", AnsweringDiscovery),
  );
  const log = openLog({ level: "warn", format: "pretty" }, { color: false, shortTime: false }, (text) => {
    logged += text;
  });
  const out = (text: string): void => {
    printed += text;
  };
  const { json = false, limitMs = 5000, stateDir = folder.at("state") } = more;
  const env = {};
  const code = await runPlan({
    directory: folder.path,
    stateDir,
    env,
    json,
    color: false,
    plugins,
    log,
    out,
    limitMs,
    times: TIMES,
  });
  return { code, printed, logged };
}

beforeEach(() => {
  PlanningBalancer.given = [];
  PlanningBalancer.stops = 0;
  PlanningBalancer.answer = () => [];
});

describe("what plan tells", () => {
  test("nothing to change: 0", async () => {
    const { code, printed, logged } = await plan(await ConfigFolder.make(FILES));
    expect(code).toBe(0);
    expect(printed).toBe("planning\n  nothing to change\n\nA sync would change nothing.\n");
    expect(logged).toBe("");
  });

  test("changes: 2, by balancer, with diffs, repairs and reasons; what is no text of ours is made visible", async () => {
    PlanningBalancer.answer = () => [FILE, COMMAND, RELOAD];
    const { code, printed } = await plan(await ConfigFolder.make(FILES));
    expect(code).toBe(2);
    expect(printed).toBe(`planning
  file     /etc/tiny: 1 line changed
    --- a
    +++ b
    @@ -1 +1 @@
    -old
    +\tnew\\u001b[2J
  runtime  web/b: add (repair)
  reload   tiny: a new frontend (structure)

A sync would make: 1 file, 1 runtime change, 1 reload.
`);
  });

  test("as JSON", async () => {
    PlanningBalancer.answer = () => [{ ...RELOAD, secret: 1 }];
    const folder = await ConfigFolder.make({ ...FILES, "balancers/tiny.yaml": "target: x\n" });
    const { code, printed } = await plan(folder, { json: true });
    expect(code).toBe(2);
    expect(JSON.parse(printed)).toEqual({
      balancers: { planning: { changes: [RELOAD] }, tiny: { cannotTell: true } },
      clusters: { web: { discovery: "answering", source: "live", error: null, nodes: 2 } },
      config: { errors: [] },
    });
  });

  test("a balancer whose plugin does not plan cannot tell, which is no failure", async () => {
    const { code, printed } = await plan(await ConfigFolder.make({ "balancers/tiny.yaml": "target: x\n" }));
    expect(code).toBe(0);
    expect(printed).toContain("tiny\n  cannot tell: its plugin does not plan\n");
    expect(printed).toContain("A sync would change nothing; 1 balancer cannot tell.\n");
  });

  test.each<[string, (options: CallOptions) => unknown, string]>([
    ["throws", () => Promise.reject(new Error("socket gone")), "socket gone"],
    ["hangs until its abort", untilAborted, "longer than 0.2 s"],
    ["hangs for ever", () => new Promise(() => undefined), "does not end although its signal has aborted"],
    [
      "returns nonsense",
      () => [{ kind: "magic" }],
      "plan gave a result that breaks the contract: changes[0] has a kind",
    ],
    ["returns no list", () => undefined, "it must be a list, is undefined"],
    ["returns a diff that is no text", () => [{ ...FILE, diff: 1 }], "a diff that is no text but number"],
  ])("one that %s: 1, and the others are told", async (_name, answer, message) => {
    PlanningBalancer.answer = answer;
    const folder = await ConfigFolder.make({ ...FILES, "balancers/tiny.yaml": "target: x\n" });
    const { code, printed } = await plan(folder);
    expect(code).toBe(1);
    expect(printed).toContain(message);
    expect(printed).toContain("tiny\n  cannot tell");
    expect(printed).toContain("; this is not all: 1 balancer failed.\n");
  });

  test("what a balancer depends on is missing: 1, saying what", async () => {
    const { code, printed } = await plan(
      await ConfigFolder.make({ ...FILES, "balancers/planning.yaml": "target: missing\n" }),
    );
    expect([code, printed]).toEqual([1, expect.stringContaining("the program missing is not installed")]);
  });

  test("no directory is a usage error", async () => {
    const folder = await ConfigFolder.make({});
    await folder.remove(".");
    await expect(plan(folder, { stateDir: "/nowhere" })).rejects.toMatchObject({ name: "UsageError" });
  });
});

describe("what it plans with", () => {
  test("each source's answer; every instance is let go afterwards", async () => {
    await plan(await ConfigFolder.make(FILES));
    expect(PlanningBalancer.given).toHaveLength(1);
    expect(PlanningBalancer.given[0]).toMatchObject([{ name: "web", live: true, config: { port: 80, tls: false } }]);
    expect(shown(PlanningBalancer.given[0]?.[0]?.nodes ?? null)).toEqual(["a:80@10.0.0.1", "b:80@10.0.0.2"]);
    expect([PlanningBalancer.stops, AnsweringDiscovery.watches]).toEqual([1, 0]);
  });

  test.each(["fails", "silent"])("a source that %s: the last good members, else nothing known", async (path) => {
    const folder = await ConfigFolder.make({ ...FILES, "discovery/answering.yaml": `path: ${path}\n` });
    const unknown = await plan(folder, { limitMs: 200 });
    expect(PlanningBalancer.given[0]).toMatchObject([{ nodes: null, live: false }]);
    expect(unknown).toMatchObject({ code: 0, printed: expect.stringContaining("nothing is known from answering") });
    await mkdir(folder.at("state/membership"), { recursive: true });
    const members = [{ source: "c", node: node("c", "10.0.0.3") }];
    await writeFile(
      folder.at("state/membership/web.snapshot"),
      renderSnapshot({ cluster: "web", at: Date.now() }, contentText({ members, guard: undefined })),
    );
    // A source that says nothing is given two seconds before what is remembered stands.
    const remembered = await plan(folder, { limitMs: 2500 });
    expect(shown(PlanningBalancer.given[1]?.[0]?.nodes ?? null)).toEqual(["c:80@10.0.0.3"]);
    expect(remembered.printed).toContain("note: cluster web: snapshot: the 1 nodes that answering named until");
  });

  test("an invalid file: 1 with its place, and its last valid version from the state directory", async () => {
    const folder = await ConfigFolder.make({ ...FILES, "clusters/web.yaml": "discovery: answering\nplanning: 7\n" });
    for (const [file, text] of Object.entries(FILES)) await folder.write(`state/accepted/${file}`, text);
    const { code, printed } = await plan(folder);
    expect(code).toBe(1);
    expect(printed).toContain("error: clusters/web.yaml:2:");
    expect(printed).toContain("this is not all: 1 configuration error.\n");
    expect(PlanningBalancer.given[0]).toMatchObject([{ name: "web", config: { port: 80 } }]);
  });

  test("nodes that are drained on this host are shown so", async () => {
    const folder = await ConfigFolder.make(FILES);
    const since = new Date().toISOString();
    const web = [{ name: "a:80", ip: "10.0.0.1", port: 80, since }];
    await folder.write("state/drains.json", JSON.stringify({ format: 1, clusters: { web } }));
    await plan(folder);
    expect(PlanningBalancer.given[0]?.[0]?.nodes?.map(({ metadata }) => metadata)).toEqual([{ drain: true }, {}]);
  });

  test("clusters that no balancer of this host carries are not waited for", async () => {
    const folder = await ConfigFolder.make({
      ...FILES,
      "discovery/list.yaml": "path: silent\ntype: answering\n",
      "clusters/other.yaml": "discovery: list\nelsewhere: {}\n",
    });
    const { printed } = await plan(folder, { json: true, limitMs: 60_000 });
    expect(Object.keys(JSON.parse(printed).clusters)).toEqual(["web"]);
  });

  test("it writes nothing: not in the configuration, not in the state directory, which it does not make either", async () => {
    const folder = await ConfigFolder.make({ ...FILES, ...SMALL });
    const before = await everything(folder.path);
    const elsewhere = join(await temporaryDirectory(), "state");
    await plan(folder, { stateDir: elsewhere, limitMs: 300 });
    expect(await everything(folder.path)).toEqual(before);
    await expect(readdir(elsewhere)).rejects.toThrow("ENOENT");
  });
});

test("colours are for those who want them: diffs, reloads, failures", () => {
  const made: Plan = {
    balancers: new Map([
      ["lb", { changes: [FILE, RELOAD] }],
      ["other", { error: "gone" }],
    ]),
    clusters: [],
    problems: [],
  };
  const colored = planText(made, true);
  expect(colored).toContain("\u001b[31m-old\u001b[39m");
  expect(colored).toContain("\u001b[32m+\tnew");
  expect(colored).toContain("\u001b[33mreload");
  expect(colored).toContain("\u001b[31mfailed");
  expect(planText(made, false)).not.toContain("\u001b");
});

/** Every file below a directory with its text. */
async function everything(directory: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (path) => [path, await readFile(path, "utf8")] as const));
}

function untilAborted({ signal }: CallOptions): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
