import { freePort, haproxyCommand, requireServer, runLighthouse } from "@lighthouse-sd/test-servers";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ExplainedSite } from "../src/explained-site.js";

const ends: (() => Promise<void>)[] = [];
let explained: ExplainedSite;

beforeAll(async () => {
  if (requireServer("haproxy")) explained = await ExplainedSite.start((end) => ends.push(end));
});

afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function command(...args: readonly string[]) {
  return runLighthouse([...args, "--state-dir", explained.site.stateDirectory]);
}

function admin(line: string): Promise<string> {
  return haproxyCommand(explained.site.socket, line);
}

/** A situation, what is said of it, and how it is brought about. */
interface Situation {
  readonly name: string;
  readonly stage: string;
  readonly sentence: RegExp;
  readonly bring: () => Promise<unknown>;
  /** What restoring the site's files does not undo. */
  readonly undo?: () => Promise<unknown>;
}

const OF_A_NODE: readonly Situation[] = [
  {
    name: "its health check fails",
    stage: "target",
    sentence: /^the target of haproxy gives it no new work: DOWN: .*last check L7STS \(500/,
    bring: async () => {
      await explained.writeWeb({ backend: ["option httpchk GET /"] });
      for (const backend of explained.backends.slice(0, 1)) backend.mode = "fail";
    },
    undo: async () => {
      for (const backend of explained.backends) backend.mode = "answer";
    },
  },
  {
    name: "somebody has it in maintenance",
    stage: "target",
    sentence: /^the target of haproxy gives it no new work: MAINT/,
    bring: () => admin(`set server web/${explained.first} state maint`),
    undo: () => admin(`set server web/${explained.first} state ready`),
  },
  {
    name: "it is drained by hand",
    stage: "drain",
    sentence: /^it is drained on this host by hand, until: lighthouse-runner undrain web app1/,
    bring: () => command("drain", "web", explained.first),
    undo: () => command("undrain", "web", explained.first),
  },
  {
    name: "its record asks for a drain",
    stage: "drain",
    sentence: /^its own record asks for a drain/,
    bring: () => explained.writeFirst({ metadata: { drain: true } }),
  },
  {
    name: "its weight is 0",
    stage: "drain",
    sentence: /^its own record gives it the weight 0/,
    bring: () => explained.writeFirst({ metadata: { weight: 0 } }),
  },
  {
    name: "it is a backup",
    stage: "target",
    sentence: /no new work: UP: .*a backup that waits until no other is left/,
    bring: () => explained.writeFirst({ metadata: { backup: true } }),
  },
  {
    name: "its record turns bad",
    stage: "record",
    sentence: /^the record .* is quarantined: .*; its last good value stands$/,
    bring: () => explained.writeFirst({ metadata: "none" }),
  },
  {
    name: "a field of its record is bad",
    stage: "record",
    sentence: /: a field is left out: .*weight/,
    bring: () => explained.writeFirst({ metadata: { weight: "heavy" } }),
  },
  {
    name: "its registry is gone",
    stage: "source",
    sentence: /^file does not answer: .*; the 4 nodes that it named until .* stand$/,
    bring: () => explained.site.moveNodes("away"),
    undo: () => explained.site.moveNodes("back"),
  },
  {
    name: "all leave at once",
    stage: "guard",
    sentence: /^its source does not name it, and the guard holds it: .*lighthouse-runner release web$/,
    bring: () => explained.site.writeNodes("web", []),
  },
  {
    name: "it leaves",
    stage: "membership",
    sentence: /^it is no member of cluster web any more: cluster web: .*app1.* left/,
    bring: () => explained.site.writeNodes("web", explained.nodes.slice(1)),
  },
  {
    name: "its cluster's file has an error",
    stage: "configuration",
    sentence: /^the last good version of its file stands: clusters\/web\.yaml:\d+:\d+ haproxy\.port: /,
    bring: () => explained.writeWeb({ port: "80a" }),
  },
  {
    name: "no balancer carries its cluster",
    stage: "configuration",
    sentence: /; no balancer of this host carries it$/,
    bring: () => explained.site.writeConfig("clusters/web.yaml", { discovery: "file" }),
  },
  {
    name: "its balancer cannot work as its file says",
    stage: "balancer",
    sentence: /^haproxy fails and is tried again, its target is left as it is: .*\/nowhere\/haproxy/,
    bring: () => explained.site.writeBalancer({ binary: "/nowhere/haproxy" }),
  },
];

describe.skipIf(!requireServer("haproxy"))("why a node of a real HAProxy is out, or not", () => {
  afterEach(async () => {
    await explained.restore();
    await explained.untilWell();
  });

  it("it is in: the whole chain to the running HAProxy's own word, for people and as JSON", async () => {
    await explained.untilWell();
    const { steps } = await explained.says("target", /^the target of haproxy gives it work: UP/);
    expect(steps.map(({ stage, ok }) => [stage, ok])).toEqual(
      ["configuration", "source", "record", "guard", "membership", "balancer", "target"].map((stage) => [stage, true]),
    );
    const text = await command("explain", "web", explained.first);
    expect([text.code, text.stdout.split("\n")[0]]).toEqual([0, `${explained.first} of cluster web is in rotation`]);
    expect(text.stdout).toMatch(/ {2}✓ target {9}the target of haproxy gives it work: UP: .*weight 1.* \(20.*Z\)\n/);
    const json = await command("explain", "web", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: true,
      node: null,
      answer: "cluster web is as its source says",
    });
    const none = await command("explain", "web", "app9:1");
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("in cluster web nothing is known of a node")]);
  });

  it.each(OF_A_NODE)("$name", async ({ stage, sentence, bring, undo }) => {
    await explained.untilWell();
    try {
      await bring();
      const { steps, answer, ok } = await explained.says(stage, sentence);
      const told = steps.find((step) => step.stage === stage && sentence.test(step.sentence));
      if (told?.ok === false) expect([ok, answer]).toEqual([false, expect.not.stringContaining("is in rotation")]);
    } finally {
      await undo?.();
    }
  });

  it("HAProxy hangs", async () => {
    const pid = await explained.site.haproxyPid();
    onTestFinished(() => void process.kill(pid, "SIGCONT"));
    process.kill(pid, "SIGSTOP");
    try {
      await explained.says("target", /^the target of haproxy could not be asked: /);
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });

  it("nothing is known of a cluster yet, and a start without its registry", async () => {
    await explained.site.writeCluster("new", { port: await freePort() });
    await explained.says(
      "source",
      /^file has not said anything yet.*; balancers leave what their targets have$/,
      "new",
    );
    await explained.site.removeConfig("clusters/new.yaml");
    await explained.site.runner.stop();
    await explained.site.moveNodes("away");
    try {
      await explained.site.start();
      await explained.says(
        "source",
        /^file has not answered since this runner started: .*; the 4 nodes .* stand, as the disk/,
      );
    } finally {
      await explained.site.moveNodes("back");
    }
  });

  it("status shows it in a table, with what needs a look", async () => {
    await explained.site.moveNodes("away");
    try {
      await explained.says("source", /does not answer/);
      const { stdout, code } = await command("status");
      expect(code).toBe(0);
      expect(stdout).toMatch(/^lighthouse \S+: ready, started .* ago\n/);
      expect(stdout).toMatch(/ {2}web +file +lost +\S+( \S+)? +4 +- +- +-\n/);
      expect(stdout).toMatch(/ {2}haproxy {2}haproxy +in line +/);
      expect(stdout).toMatch(/To look at\n {2}cluster web: file does not answer: /);
      const json = JSON.parse((await command("status", "--json")).stdout);
      expect(json.clusters.web).toMatchObject({ source: "lost", nodes: [{}, {}, {}, {}] });
    } finally {
      await explained.site.moveNodes("back");
    }
  });
});
