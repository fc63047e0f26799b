import { describe, expect, test } from "vitest";
import { onceVerdict } from "../src/cli/once-verdict.js";
import { waitUntilInLine } from "../src/cli/run-once.js";
import type { RunnerState } from "../src/http/status.js";
import { type ClusterState, unknownCluster, withAnswer, withLoss } from "../src/membership/cluster-state.js";
import { type BalancerState, newBalancerState } from "../src/sync/balancer-state.js";
import { judgementAt } from "./support/judgement.js";
import { ManualClock, settle } from "./support/manual-clock.js";
import { goodRecord, node } from "./support/sample-nodes.js";

const UNHEARD = unknownCluster(0);
const HEARD = withAnswer(UNHEARD, [goodRecord("a", "10.0.0.1")], judgementAt(0));
const HOLDING: ClusterState = {
  ...HEARD,
  held: [{ node: node("b", "10.0.0.2"), since: 0, at: 0, reason: "left all at once" }],
};
const IN_LINE: Partial<BalancerState> = { converged: true, everInLine: true };

function stateOf(
  cluster: ClusterState,
  balancer: Partial<BalancerState>,
  more: Partial<RunnerState> = {},
): RunnerState {
  return {
    version: "1",
    ready: false,
    startedAt: 0,
    clusters: [{ name: "web", discovery: "file", state: cluster, drains: [] }],
    balancers: new Map([["lb", { ...newBalancerState("fake", "balancers/lb.yaml"), ...balancer }]]),
    services: [],
    problems: [],
    notices: [],
    ...more,
  };
}

describe("how --once ends", () => {
  test.each<[string, RunnerState, boolean, number, string[]]>([
    ["everything is in line", stateOf(HEARD, IN_LINE), true, 0, []],
    ["a source has not answered", stateOf(UNHEARD, IN_LINE), false, 1, ["cluster web: file has not answered"]],
    [
      "a source is down",
      stateOf(withLoss(UNHEARD, "refused", 0), IN_LINE),
      false,
      1,
      ["cluster web: file has not answered: refused"],
    ],
    ["a source was lost after its answer", stateOf(withLoss(HEARD, "refused", 0), IN_LINE), true, 0, []],
    [
      "a balancer fails",
      stateOf(HEARD, { lastError: "socket gone" }),
      false,
      1,
      ["balancer lb: not in line: socket gone"],
    ],
    [
      "a drain goes on",
      stateOf(HEARD, { pending: true, everInLine: true }),
      false,
      0,
      ["balancer lb: still on its way, without a failure"],
    ],
    [
      "nodes are held",
      stateOf(HOLDING, IN_LINE),
      true,
      3,
      [expect.stringContaining("cluster web: 1 node is held since 1970-01-01T00:00:00.000Z: left all at once")],
    ],
    [
      "a file is invalid",
      stateOf(HEARD, IN_LINE, { problems: [{ file: "clusters/x.yaml", line: 2, column: 3, message: "wrong" }] }),
      true,
      1,
      ["clusters/x.yaml:2:3 wrong"],
    ],
  ])("%s", (_name, state, done, code, reasons) => {
    expect(onceVerdict(state, true)).toEqual({ done, code, reasons });
  });

  test("a source that has not answered is waited for no longer than 30 s, and then counts as a failure", async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    const runner = { state: () => stateOf(UNHEARD, IN_LINE), onState: () => undefined };
    let code: number | undefined;
    void waitUntilInLine(runner, { clock, timeoutMs: 60_000, signal }).then((verdict) => {
      code = verdict.code;
    });
    await clock.advance(29_000);
    expect(code).toBeUndefined();
    await clock.advance(1000);
    expect(code).toBe(1);
    expect(clock.waiting()).toBe(0);
  });

  test("it ends as soon as everything is in line, and at the latest at its time limit", async () => {
    for (const inLine of [true, false]) {
      const clock = new ManualClock();
      let state = stateOf(HEARD, { lastError: "not yet" });
      let tell: () => void = () => undefined;
      const runner = {
        state: () => state,
        onState: (listener: () => void) => {
          tell = listener;
        },
      };
      let code: number | undefined;
      const { signal } = new AbortController();
      void waitUntilInLine(runner, { clock, timeoutMs: 60_000, signal }).then((verdict) => {
        code = verdict.code;
      });
      await clock.advance(59_000);
      expect(code).toBeUndefined();
      if (inLine) {
        state = stateOf(HEARD, IN_LINE);
        tell();
        await settle();
      } else await clock.advance(1000);
      expect(code).toBe(inLine ? 0 : 1);
    }
  });
});
