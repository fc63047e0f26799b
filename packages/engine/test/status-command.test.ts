import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { runStatus } from "../src/cli/status-command.js";
import { systemClock } from "../src/clock.js";
import { serveState } from "../src/http/http-server.js";
import { type RunnerState, statusOf } from "../src/http/status.js";
import { Journal } from "../src/journal/journal.js";
import { unknownCluster, withAnswer, withLoss } from "../src/membership/cluster-state.js";
import { ageText } from "../src/status/age-text.js";
import { statusText } from "../src/status/render-status.js";
import { newBalancerState } from "../src/sync/balancer-state.js";
import { judgementAt } from "./support/judgement.js";
import { temporaryDirectory } from "./support/membership-house.js";
import { goodRecord } from "./support/sample-nodes.js";
import { sampleServices } from "./support/sample-services.js";

const T0 = Date.UTC(2026, 0, 1);
const NOW = T0 + 3_723_000;
const RECORDS = ["a", "b", "c", "d"].map((host, index) => goodRecord(host, `10.0.0.${index + 1}`));
const LIVE = withAnswer(unknownCluster(T0), [...RECORDS, { source: "bad", value: "x" }], judgementAt(T0));
const HELD = withAnswer(LIVE, RECORDS.slice(0, 1), judgementAt(T0));

function sample(more: Partial<RunnerState> = {}): RunnerState {
  const drains = [{ name: "a:80", ip: "10.0.0.1", port: 80, since: T0 }];
  const lastReload = { at: T0 + 3_600_000, reason: "a new frontend", code: "structure" };
  const balancer = {
    ...newBalancerState("haproxy", "balancers/lb.yaml"),
    lastSync: NOW - 4000,
    reloads: 2,
    lastReload,
  };
  return {
    version: "1.0.0",
    ready: true,
    startedAt: T0 - 2 * 86_400_000,
    clusters: [
      { name: "web", discovery: "zk", state: LIVE, drains },
      { name: "held", discovery: "zk", state: HELD, drains: [] },
      { name: "lost", discovery: "etcd", state: withLoss(LIVE, "refused", T0), drains: [] },
      { name: "new", discovery: "etcd", state: unknownCluster(T0), drains: [] },
    ],
    balancers: new Map([
      ["lb", { ...balancer, converged: true }],
      ["other", { ...newBalancerState("haproxy", "x"), lastError: "socket gone" }],
      ["third", newBalancerState("haproxy", "x")],
    ]),
    services: sampleServices(T0),
    problems: [{ file: "clusters/web.yaml", line: 7, column: 9, message: "haproxy.port: wrong" }],
    notices: [],
    ...more,
  };
}

describe("a status for people", () => {
  test("shows clusters, balancers and services in tables, and below them what needs a look", async () => {
    const text = statusText(statusOf(sample()), NOW, false);
    await expect(text).toMatchFileSnapshot("golden/status.golden.txt");
  });

  test("colours what is well and what is not; the columns stay where they are", () => {
    const colored = statusText(statusOf(sample()), NOW, true);
    expect(colored).toContain("\u001b[32mlive\u001b[39m");
    expect(colored).toContain("\u001b[31mlost\u001b[39m");
    const bare = colored.replaceAll(/\p{Cc}\[\d+m/gu, "");
    expect(bare).toBe(statusText(statusOf(sample()), NOW, false));
  });

  test("of many that are held, or quarantined, the first ones stand for all", () => {
    const records = Array.from({ length: 12 }, (_, index) => ({ source: `bad${index}`, value: "x" }));
    const state = withAnswer(unknownCluster(T0), records, judgementAt(T0));
    const text = statusText(
      statusOf(sample({ clusters: [{ name: "x", discovery: "zk", state, drains: [] }] })),
      NOW,
      false,
    );
    expect(text.match(/is quarantined/g)).toHaveLength(5);
    expect(text).toContain("cluster x: and 7 more quarantined; lighthouse-runner explain tells of each\n");
  });

  test("of a runner with nothing to do, and what registries say stays on its line", () => {
    const empty = sample({ ready: false, clusters: [], balancers: new Map(), services: [], problems: [] });
    expect(statusText(statusOf(empty), NOW, false)).toBe("lighthouse 1.0.0: not ready, started 2d 1h ago\n");
    const state = withLoss(LIVE, "one\ntwo\u001b[2J", T0);
    const hostile = statusText(
      statusOf(sample({ clusters: [{ name: "x", discovery: "zk", state, drains: [] }] })),
      NOW,
      false,
    );
    expect(hostile).not.toContain("\u001b");
    expect(hostile).toContain("zk does not answer: one; two\\u001b[2J");
  });
});

test.each([
  [0, "now"],
  [999, "now"],
  [1000, "1s"],
  [62_000, "1m 2s"],
  [3_600_000, "1h"],
  [3_660_000, "1h 1m"],
  [90_061_000, "1d 1h"],
  [-5000, "now"],
])("%i ms ago: %s", (ms, text) => {
  expect(ageText(new Date(T0).toISOString(), T0 + ms)).toBe(text);
});

test("of no time there is nothing to say", () => {
  expect([ageText(null, T0), ageText("x", T0)]).toEqual(["-", "-"]);
});

describe("lighthouse-runner status", () => {
  async function serve(directory: string, states: RunnerState[], duty = "writer") {
    const unused = (): never => {
      throw new Error("not asked for here");
    };
    const source = {
      journal: new Journal(systemClock),
      state: () => (states.length > 1 ? states.shift() : states[0]) ?? unused(),
      ...{ metrics: unused, drain: unused, release: unused, drainService: unused, explain: unused },
    };
    const server = await serveState({ path: join(directory, `${duty}.sock`) }, source, systemClock);
    onTestFinished(() => server.close());
    return server;
  }

  function status(directory: string, more: Partial<Parameters<typeof runStatus>[0]> = {}) {
    const [out, over] = [[] as string[], new AbortController()];
    onTestFinished(() => over.abort());
    const ended = runStatus({
      ...{ json: false, watch: false, color: false, screen: false, env: {}, everyMs: 5 },
      runner: { stateDir: directory },
      now: () => NOW,
      out: (text) => out.push(text),
      signal: over.signal,
      ...more,
    });
    return { out, over, ended };
  }

  test("prints the table, or JSON; of a reporter where there is no writer", async () => {
    const directory = await temporaryDirectory();
    await serve(directory, [sample()], "reporter");
    const table = status(directory);
    expect(await table.ended).toBe(0);
    expect(table.out.join("")).toBe(statusText(statusOf(sample()), NOW, false));
    const json = status(directory, { json: true });
    await json.ended;
    expect(JSON.parse(json.out.join(""))).toEqual(JSON.parse(JSON.stringify(statusOf(sample()))));
  });

  test("--watch writes the screen anew, says when the runner is gone, and ends when told to", async () => {
    const directory = await temporaryDirectory();
    const server = await serve(directory, [sample(), sample({ ready: false })]);
    const { out, over, ended } = status(directory, { watch: true, screen: true });
    await vi.waitFor(() => expect(out.at(-1)).toContain("not ready"), 10_000);
    expect(out[0]).toContain(": ready, ");
    await server.close();
    await vi.waitFor(() => expect(out.at(-1)).toContain("no runner answers at"), 10_000);
    over.abort();
    expect(await ended).toBe(0);
  });

  test("--watch into a file prints what is new only", async () => {
    const directory = await temporaryDirectory();
    await serve(directory, [sample(), sample(), sample(), sample({ ready: false })]);
    const { out, over, ended } = status(directory, { watch: true });
    await vi.waitFor(() => expect(out.at(-1)).toContain("not ready"), 10_000);
    over.abort();
    await ended;
    expect(out).toHaveLength(2);
  });

  test("says what to do where there is none", async () => {
    await expect(status(await temporaryDirectory(), { watch: true }).ended).rejects.toThrow("no runner answers at");
  });
});
