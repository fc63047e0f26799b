import { describe, expect, test } from "vitest";
import type { RunnerState } from "../src/http/status.js";
import { unknownCluster, withAnswer, withLoss } from "../src/membership/cluster-state.js";
import { takeServiceManager } from "../src/supervisor/service-manager.js";
import { ServiceReport } from "../src/supervisor/service-report.js";
import { statusLine } from "../src/supervisor/status-line.js";
import { type BalancerState, newBalancerState } from "../src/sync/balancer-state.js";
import { BalancersHouse } from "./support/balancers-house.js";
import { fakeBalancer, IN_LINE } from "./support/fake-balancer.js";
import { judgementAt } from "./support/judgement.js";
import { ManualClock } from "./support/manual-clock.js";
import { RecordingLog } from "./support/recording-log.js";
import { goodRecord } from "./support/sample-nodes.js";
import { balancerSettings, clusterSettings, configuration } from "./support/settings.js";

const AT = Date.UTC(2026, 0, 1);
const LIVE = withAnswer(unknownCluster(AT), [goodRecord("app1", "10.0.0.5", 80)], judgementAt(AT));
const LB = newBalancerState("haproxy", "balancers/lb.yaml");

function stateWith(balancer: Partial<BalancerState> = {}, more: Partial<RunnerState> = {}): RunnerState {
  return {
    version: "1.0.0",
    ready: true,
    startedAt: AT,
    clusters: [{ name: "web", discovery: "file", state: LIVE, drains: [] }],
    balancers: new Map([["lb", { ...LB, ...balancer }]]),
    services: [],
    problems: [],
    notices: [],
    ...more,
  };
}

describe("what the environment says of a service manager", () => {
  test.each<[string, NodeJS.ProcessEnv, object | undefined]>([
    ["none", {}, undefined],
    ["a path", { NOTIFY_SOCKET: "/run/n" }, { socket: "/run/n", watchdogMs: undefined }],
    ["an abstract name", { NOTIFY_SOCKET: "@n" }, { socket: "@n", watchdogMs: undefined }],
    ["a kind of socket that it does not know", { NOTIFY_SOCKET: "vsock:2:9" }, undefined],
    ["a watchdog", { NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "30000000" }, { socket: "/n", watchdogMs: 30_000 }],
    ["one for us", { NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "9000", WATCHDOG_PID: "7" }, { socket: "/n", watchdogMs: 9 }],
    [
      "one for another process",
      { NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "9000", WATCHDOG_PID: "8" },
      { socket: "/n", watchdogMs: undefined },
    ],
    ["nonsense", { NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "soon" }, { socket: "/n", watchdogMs: undefined }],
  ])("%s", (_name, env, wanted) => {
    const environment = { ...env, PATH: "/bin" };
    expect(takeServiceManager(environment, 7)).toEqual(wanted);
    expect(environment).toEqual({ PATH: "/bin" });
  });
});

describe("the status in one line", () => {
  const lost = withLoss(LIVE, "refused", AT);
  const problem = { file: "clusters/web.yaml", line: 7, column: 9, message: "wrong" };
  test.each<[string, RunnerState, string]>([
    ["all is well", stateWith(), "ready: 1 cluster, 1 node, 1 balancer"],
    ["nothing to do", stateWith({}, { clusters: [], balancers: new Map() }), "ready: nothing to do"],
    [
      "all that a person should look at",
      stateWith(
        { lastError: "socket\ngone" },
        {
          ready: false,
          clusters: ["web", "db"].map((name) => ({ name, discovery: "zk", state: lost, drains: [] })),
          problems: [problem],
        },
      ),
      "not ready: 2 clusters, 2 nodes, 1 balancer; 1 configuration error; 2 clusters not answered for; lb: socket; gone",
    ],
  ])("%s", (_name, state, wanted) => expect(statusLine(state)).toBe(wanted));
});

describe("signs of life", () => {
  function reporting(
    watchdogMs: number | undefined,
    reads: boolean = true,
  ): {
    report: ServiceReport;
    sent: string[];
    clock: ManualClock;
    log: RecordingLog;
    stand: (standstill: string | null) => void;
  } {
    const [clock, log, sent] = [new ManualClock(), new RecordingLog(), [] as string[]];
    let state = stateWith();
    const notifier = {
      send: (lines: readonly string[]): Promise<void> => {
        sent.push(lines.join(" "));
        return reads ? Promise.resolve() : new Promise(() => undefined);
      },
    };
    const report = new ServiceReport({ notifier, watchdogMs, state: () => state, clock, log });
    const stand = (standstill: string | null): void => {
      state = stateWith({ standstill });
    };
    return { report, sent, clock, log, stand };
  }

  test("are given three times in a watchdog's time, with the status only where it has changed", async () => {
    const { report, sent, clock } = reporting(9000);
    report.ready();
    await clock.advance(9000);
    expect(sent).toEqual(["READY=1 STATUS=ready: 1 cluster, 1 node, 1 balancer", ...Array(3).fill("WATCHDOG=1")]);
  });

  test("are not given while a balancer stands still, and again when it goes on; both are said once", async () => {
    const { report, sent, clock, log, stand } = reporting(9000);
    report.ready();
    sent.length = 0;
    stand("syncFile does not end");
    await clock.advance(9000);
    expect(sent).toEqual([]);
    expect(log.lines).toEqual([
      expect.stringMatching(/^error balancer lb stands still: syncFile does not end; the watchdog is not told/),
    ]);
    stand(null);
    await clock.advance(3000);
    expect(sent).toEqual(["WATCHDOG=1"]);
    expect(log.lines.at(-1)).toMatch(/^info nothing stands still any more/);
  });

  test("without a watchdog only a changed status is told", async () => {
    const { report, sent, clock } = reporting(undefined);
    report.ready();
    sent.length = 0;
    await clock.advance(60_000);
    expect(sent).toEqual([]);
  });

  test("do not pile up where nobody reads them", async () => {
    const { report, sent, clock } = reporting(9000, false);
    report.ready();
    await clock.advance(60_000);
    expect(sent).toHaveLength(1);
  });

  test("end with the stop, which does not wait for who does not read", async () => {
    const { report, sent, clock } = reporting(9000, false);
    report.ready();
    sent.length = 0;
    const stopped = report.stopping();
    await clock.advance(9000);
    await stopped;
    expect(sent).toEqual(["STOPPING=1 STATUS=stopping"]);
    expect(clock.waiting()).toBe(0);
  });

  test("a reload before the start is over is none", async () => {
    const { report, sent } = reporting(9000);
    await report.reloading(Promise.reject(new Error("the runner has not started")));
    expect(sent).toEqual([]);
  });
});

describe("a balancer stands still", () => {
  test("while a call ignores its abort, and no longer when it has ended", async () => {
    const plugin = fakeBalancer();
    let end = (): void => undefined;
    plugin.onSync = () =>
      new Promise((resolve) => {
        end = () => resolve(IN_LINE);
      });
    const house = new BalancersHouse();
    const settings = { balancers: [balancerSettings("lb", plugin.plugin)], clusters: [clusterSettings("web")] };
    await house.apply(configuration(settings));
    await house.clock.advance(64_000);
    expect(house.state().standstill).toBeNull();
    await house.clock.advance(1000);
    expect(house.state().standstill).toMatch(/syncFile took longer than 60 s and does not end although/);
    end();
    await house.clock.advance(0);
    expect(house.state().standstill).toBeNull();
  });
});
