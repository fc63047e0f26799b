import { readdir, readFile } from "node:fs/promises";
import type { DiscoveryRecord, NodeReport } from "@lighthouse-sd/core";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { explainCluster, explainNode } from "../src/explain/explain.js";
import type { Explained, ExplainedStep, Explanation } from "../src/explain/explanation.js";
import { explanationText } from "../src/explain/render-explanation.js";
import type { EventNote, RunnerEvent } from "../src/journal/runner-event.js";
import {
  type ClusterState,
  unknownCluster,
  withAnswer,
  withLoss,
  withMemory,
  withSnapshot,
} from "../src/membership/cluster-state.js";
import { type BalancerState, newBalancerState } from "../src/sync/balancer-state.js";
import type { TargetReport } from "../src/sync/target-report.js";
import { judgementAt } from "./support/judgement.js";
import { goodRecord, node, record } from "./support/sample-nodes.js";

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const AT = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-01T00:01:00.000Z";
const [A, B, C] = [goodRecord("a", "10.0.0.1"), goodRecord("b", "10.0.0.2"), goodRecord("c", "10.0.0.3")];

const LIVE = stateOf(unknownCluster(T0 - MINUTE), [A, B, C]);
const IN_LINE: BalancerState = {
  ...newBalancerState("haproxy", "balancers/lb.yaml"),
  converged: true,
  lastSync: T0,
  everInLine: true,
};
const ALL_UP = reports(["a:80", "b:80", "c:80"].map((name) => ({ node: name, state: "UP", serving: true })));

function stateOf(before: ClusterState, records: readonly DiscoveryRecord[], at = T0): ClusterState {
  return withAnswer(before, records, judgementAt(at));
}

function reports(nodes: readonly NodeReport[]): TargetReport {
  return { kind: "nodes", nodes };
}

function event(note: Partial<EventNote>, at = T0): RunnerEvent {
  return { id: 1, at, kind: "members", level: "info", message: "cluster web: news", cluster: "web", ...note };
}

interface Situation {
  readonly state?: ClusterState;
  readonly drains?: Explained["cluster"]["drains"];
  readonly balancer?: Partial<BalancerState> | null;
  readonly target?: TargetReport;
  readonly problems?: Explained["problems"];
  readonly events?: readonly RunnerEvent[];
}

function explained({ state = LIVE, drains = [], balancer = {}, target = ALL_UP, ...rest }: Situation): Explained {
  const carrier = { name: "lb", state: { ...IN_LINE, ...balancer }, target };
  return {
    cluster: { name: "web", discovery: "zk", state, drains },
    file: "clusters/web.yaml",
    balancers: balancer === null ? [] : [carrier],
    problems: rest.problems ?? [],
    events: rest.events ?? [],
    now: T0 + MINUTE,
  };
}

/** All that any test here has had said. */
const said: string[] = [];

function ofNode(situation: Situation, asked = "a:80"): Explanation {
  const explanation = explainNode(explained(situation), asked);
  if ("unknown" in explanation) throw new Error(explanation.unknown);
  said.push(explanation.answer, ...explanation.steps.map(({ sentence }) => sentence));
  return explanation;
}

function ofCluster(situation: Situation): Explanation {
  const explanation = explainCluster(explained(situation));
  said.push(explanation.answer, ...explanation.steps.map(({ sentence }) => sentence));
  return explanation;
}

/** `stage ok|not: sentence (time)`, so that a table shows all of it. */
function line({ stage, ok, sentence, at }: ExplainedStep): string {
  return `${stage} ${ok ? "ok" : "not"}: ${sentence}${at === null ? "" : ` (${at})`}`;
}

const BAD_A = record(A.source, "x");
const WITHOUT_A = stateOf(LIVE, [B, C], T0 + MINUTE);
const HELD = stateOf(stateOf(unknownCluster(T0), [A, B, C, goodRecord("d", "10.0.0.4")]), [B], T0 + MINUTE);
const SNAPSHOT = withSnapshot(
  withMemory(
    unknownCluster(T0),
    { cluster: "web", at: T0 - MINUTE, members: [{ source: "a", node: node("a", "10.0.0.1") }], guard: undefined },
    judgementAt(T0),
  ),
  { at: T0 - MINUTE },
  T0,
);
const PROBLEM = { file: "clusters/web.yaml", line: 7, column: 9, message: "haproxy.port: wrong" };
const byHand = [{ name: "a:80", ip: "10.0.0.1", port: 80, since: T0 }];

function withMetadata(metadata: object): ClusterState {
  return stateOf(unknownCluster(T0), [goodRecord("a", "10.0.0.1", 80, { metadata }), B]);
}

describe("a node", () => {
  test("in rotation: the whole chain, each link with its time", () => {
    const joined = event({ nodes: { joined: ["a:80"] } });
    const explanation = ofNode({ events: [joined] });
    expect(explanation).toMatchObject({ cluster: "web", node: "a:80", ok: true, at: LATER });
    expect(explanation.answer).toBe("a:80 of cluster web is in rotation");
    expect(explanation.steps.map(line)).toEqual([
      "configuration ok: cluster web (clusters/web.yaml) has its members from zk; carried by lb",
      `source ok: zk answers (${AT})`,
      "record ok: the record a@10.0.0.1:80 stands for it",
      "guard ok: its cluster's guard does not hold it",
      `membership ok: it is a member of cluster web (${AT})`,
      `balancer ok: lb: its target has confirmed the newest state (${AT})`,
      `target ok: the target of lb gives it work: UP (${LATER})`,
    ]);
  });

  test("is found by its address too", () => {
    expect(ofNode({}, "10.0.0.1:80").node).toBe("a:80");
  });

  test.each<[string, Situation, string]>([
    [
      "a cluster that no balancer carries",
      { balancer: null },
      "configuration not: cluster web (clusters/web.yaml) has its members from zk; no balancer of this host carries it",
    ],
    [
      "a file with an error",
      { problems: [PROBLEM, { ...PROBLEM, file: "clusters/other.yaml" }] },
      "configuration not: the last good version of its file stands: clusters/web.yaml:7:9 haproxy.port: wrong",
    ],
    [
      "a source that is lost",
      { state: withLoss(LIVE, "refused", T0 + MINUTE) },
      `source not: zk does not answer: refused; the 3 nodes that it named until ${LATER} stand (${LATER})`,
    ],
    [
      "a source that has not answered since the start",
      { state: { ...SNAPSHOT, error: "refused" } },
      `source not: zk has not answered since this runner started: refused; the 1 node that it named until 2025-12-31T23:59:00.000Z stand, as the disk remembers them (${AT})`,
    ],
    [
      "a record that turned bad",
      { state: stateOf(LIVE, [BAD_A, B, C]) },
      expect.stringMatching(
        /^record ok: the record a@10.0.0.1:80 is quarantined: .*must be JSON.*; its last good value stands$/,
      ),
    ],
    [
      "a field that is none",
      { state: withMetadata({ weight: "heavy" }) },
      expect.stringMatching(/^record ok: the record a@10.0.0.1:80: a field is left out: .*weight/),
    ],
    [
      "held by the guard",
      { state: HELD },
      expect.stringMatching(
        /^guard not: its source does not name it, and the guard holds it: .*; they stay until .*lighthouse-runner release web \(2026-01-01T00:01:00.000Z\)$/,
      ),
    ],
    ["held: it has no record", { state: HELD }, "record not: no record of zk stands for it now"],
    [
      "a member for longer than is known",
      { events: [event({ nodes: { joined: ["b:80"] } })] },
      `membership ok: it is a member of cluster web, since before ${AT}`,
    ],
    [
      "drained by hand",
      { drains: byHand },
      `drain not: it is drained on this host by hand, until: lighthouse-runner undrain web a:80 (${AT})`,
    ],
    [
      "drained by its record",
      { state: withMetadata({ drain: true }) },
      "drain not: its own record asks for a drain (drain: true)",
    ],
    [
      "without weight",
      { state: withMetadata({ weight: 0 }) },
      "drain not: its own record gives it the weight 0: no new work",
    ],
    [
      "a backup",
      { state: withMetadata({ backup: true }) },
      "drain ok: its own record makes it a backup: it gets work when no other is left",
    ],
    [
      "a balancer that fails",
      { balancer: { converged: false, lastError: "socket gone" } },
      `balancer not: lb fails and is tried again, its target is left as it is: socket gone (${AT})`,
    ],
    [
      "a balancer that has done nothing yet",
      { balancer: { converged: false, lastSync: null } },
      "balancer not: lb has not been brought in line yet",
    ],
    [
      "a balancer on its way",
      { balancer: { converged: false, pending: true } },
      `balancer ok: lb is on its way: it waits for a drain, a first check or a look that is due (${AT})`,
    ],
    [
      "a target that has not confirmed",
      { balancer: { converged: false } },
      `balancer not: lb: its target has not confirmed the newest state yet; it is tried again (${AT})`,
    ],
    [
      "a problem of the balancer in this cluster",
      { balancer: { problems: [PROBLEM] } },
      `balancer not: lb: clusters/web.yaml:7:9 haproxy.port: wrong (${AT})`,
    ],
    [
      "what was done with it last",
      {
        events: [
          event({ kind: "runtime", balancer: "lb", target: "web/a:80", message: "balancer lb: web/a:80: added" }),
        ],
      },
      `balancer ok: the last change of it: balancer lb: web/a:80: added (${AT})`,
    ],
    [
      "out at the target",
      { target: reports([{ node: "a:80", state: "DOWN", serving: false, detail: "L4CON, connection refused" }]) },
      `target not: the target of lb gives it no new work: DOWN: L4CON, connection refused (${LATER})`,
    ],
    ["not at the target", { target: reports([]) }, `target not: the target of lb does not have it (${LATER})`],
    [
      "a target that cannot be asked",
      { target: { kind: "failed", reason: "nobody listens" } },
      `target not: the target of lb could not be asked: nobody listens (${LATER})`,
    ],
    [
      "a plugin that cannot tell",
      { target: { kind: "mute" } },
      "target ok: lb cannot tell what its target does with its nodes",
    ],
  ])("%s", (_, situation, expected) => {
    const { steps, ok, answer } = ofNode(situation);
    expect(steps.map(line)).toContainEqual(expected);
    expect(ok).toBe(steps.every((step) => step.ok));
    const causes = steps.filter((step) => !step.ok).map(({ sentence }) => sentence);
    expect(causes.length === 0 || causes.some((cause) => answer.endsWith(cause))).toBe(true);
  });

  test("held: the answer names the guard, not the missing record", () => {
    expect(ofNode({ state: HELD }).answer).toMatch(
      /is a member, but not all is well: its source does not name it, and the guard/,
    );
  });

  test("out of rotation, and in it though not all is well, are told apart in the answer", () => {
    expect(ofNode({ drains: byHand }).answer).toMatch(
      /^a:80 of cluster web is not in rotation everywhere: it is drained/,
    );
    const lost = { state: withLoss(LIVE, "refused", T0) };
    expect(ofNode(lost).answer).toMatch(/^a:80 of cluster web is a member, but not all is well: zk does not answer/);
  });

  test("that left: when and how", () => {
    const left = event(
      { message: "cluster web: a:80 left; it has 2 nodes now", nodes: { left: ["a:80"] } },
      T0 + MINUTE,
    );
    const { steps, answer } = ofNode({ state: WITHOUT_A, events: [event({}), left], target: reports([]) });
    expect(answer).toBe(
      "a:80 of cluster web is not in rotation: it is no member of cluster web any more: cluster web: a:80 left; it has 2 nodes now",
    );
    expect(steps.map(line)).toContain(
      `membership not: it is no member of cluster web any more: cluster web: a:80 left; it has 2 nodes now (${LATER})`,
    );
    expect(steps.some(({ stage }) => stage === "target")).toBe(false);
  });

  test("that left and is still at the target", () => {
    const left = event({ nodes: { left: ["a:80"] } });
    const target = reports([{ node: "a:80", state: "DRAIN", serving: false }]);
    const { steps } = ofNode({ state: WITHOUT_A, events: [left], target });
    expect(steps.map(line)).toContain(`target not: the target of lb gives it no new work: DRAIN (${LATER})`);
  });

  test("that was never good, in a list of many", () => {
    const state = stateOf(unknownCluster(T0), [B, record("/nodes/web.json[a:80]", "x")]);
    expect(ofNode({ state }).steps.map(line)).toContainEqual(
      expect.stringMatching(
        /^record not: the record \/nodes\/web.json\[a:80\] is quarantined: .*; nothing good was ever/,
      ),
    );
  });

  test("that was never good", () => {
    const state = stateOf(unknownCluster(T0), [B, record("/lighthouse/web/a:80", "x")]);
    const { steps } = ofNode({ state });
    expect(steps.map(line)).toContainEqual(
      expect.stringMatching(
        /^record not: the record \/lighthouse\/web\/a:80 is quarantined: .*; nothing good was ever known of it$/,
      ),
    );
    expect(steps.map(line)).toContain("membership not: it is no member of cluster web");
  });

  test("of a cluster that nothing is known of", () => {
    const { steps } = ofNode({ state: withLoss(unknownCluster(T0), "refused", T0) });
    expect(steps.map(line)).toContain(`membership not: the members of cluster web are not known yet (${AT})`);
    expect(steps.map(line)).toContain(
      `source not: zk has not said anything yet: refused; balancers leave what their targets have (${AT})`,
    );
  });

  test("that nobody has heard of", () => {
    const unknown = 'in cluster web nothing is known of a node "x:80"; did you mean a:80? There are: a:80, b:80, c:80';
    expect(explainNode(explained({}), "x:80")).toEqual({ unknown });
    said.push(unknown);
  });
});

describe("a cluster", () => {
  test("in order", () => {
    const { answer, ok, node: none, steps } = ofCluster({ events: [event({})] });
    expect([answer, ok, none]).toEqual(["cluster web is as its source says", true, null]);
    expect(steps.map(line)).toEqual([
      "configuration ok: cluster web (clusters/web.yaml) has its members from zk; carried by lb",
      `source ok: zk answers (${AT})`,
      "record ok: 3 records: 3 good, 0 quarantined; they stand for 3 nodes",
      "guard ok: its guard holds nobody",
      `membership ok: it has 3 nodes (${AT})`,
      `balancer ok: lb: its target has confirmed the newest state (${AT})`,
      `target ok: the target of lb gives work to 3 of 3 nodes (${LATER})`,
    ]);
  });

  test.each<[string, Situation, unknown]>([
    [
      "a record that turned bad",
      { state: stateOf(LIVE, [BAD_A, B, C]) },
      expect.stringMatching(
        /^record not: the record a@10.0.0.1:80 is quarantined: .*; the last good value of a:80 stands$/,
      ),
    ],
    [
      "a record that was never good",
      { state: stateOf(unknownCluster(T0), [BAD_A]) },
      expect.stringMatching(/^record not: the record a@10.0.0.1:80 is quarantined: .*; it is left out$/),
    ],
    [
      "one record",
      { state: stateOf(unknownCluster(T0), [A]) },
      "record ok: 1 record: 1 good, 0 quarantined; they stand for 1 node",
    ],
    [
      "held nodes",
      { state: HELD },
      expect.stringMatching(/^guard not: its guard holds 3 nodes \(a:80, c:80, d:80\): .*; they stay until /),
    ],
    ["no members yet", { state: unknownCluster(T0) }, `membership not: its members are not known yet (${AT})`],
    [
      "drained by hand",
      { drains: byHand },
      `drain ok: a:80 is drained on this host by hand, until: lighthouse-runner undrain web a:80 (${AT})`,
    ],
    [
      "the last reload",
      { events: [event({ kind: "reload", balancer: "lb", message: "balancer lb: reloaded: a new frontend" })] },
      `balancer ok: the last reload: balancer lb: reloaded: a new frontend (${AT})`,
    ],
    [
      "nodes that get no work",
      {
        target: reports([
          { node: "a:80", state: "DOWN", serving: false },
          { node: "b:80", state: "UP", serving: true },
        ]),
      },
      `target not: the target of lb gives work to 1 of 2 nodes, and not to: a:80 (DOWN) (${LATER})`,
    ],
    [
      "a target that cannot be asked",
      { target: { kind: "failed", reason: "nobody listens" } },
      `target not: the target of lb could not be asked: nobody listens (${LATER})`,
    ],
  ])("%s", (_, situation, expected) => {
    expect(ofCluster(situation).steps.map(line)).toContainEqual(expected);
  });

  test("what needs a look is said first", () => {
    const { answer, ok } = ofCluster({ state: withLoss(LIVE, "refused", T0) });
    expect([ok, answer]).toEqual([
      false,
      expect.stringMatching(/^cluster web needs a look: zk does not answer: refused/),
    ]);
  });
});

test("for people: the answer, then each link with a mark and its time; what a registry says stays on its line", () => {
  const target = reports([{ node: "a:80", state: "DOWN", serving: false, detail: "one\ntwo\u001b[31m" }]);
  const text = explanationText(ofNode({ target }), false);
  const lines = text.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^a:80 of cluster web is not in rotation everywhere: the target of lb gives it no new work/);
  expect(lines[1]).toBe("  ✓ configuration  cluster web (clusters/web.yaml) has its members from zk; carried by lb");
  expect(lines.at(-1)).toMatch(/^ {2}✗ target {9}the target of lb gives it no new work: DOWN: one; two\\u001b/);
  expect(explanationText(ofNode({}), true)).toContain("\u001b[32m");
});

describe("every sentence that can be said", () => {
  const SOURCE = new URL("../src/explain/", import.meta.url);
  /** They print and answer what the others say. */
  const SAY_NOTHING = ["explain-request.ts", "render-explanation.ts"];

  /** The pieces of text in a program that have words in them, without what is put between them. */
  function wordsOf(program: string): readonly string[] {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) return;
      if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
        if (/\w \w/.test(node.text)) found.push(node.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile("x.ts", program, ts.ScriptTarget.Latest));
    return found;
  }

  test("has been said above, where its situation was brought about", async () => {
    const files = (await readdir(SOURCE)).filter((file) => !SAY_NOTHING.includes(file));
    const programs = await Promise.all(files.map((file) => readFile(new URL(file, SOURCE), "utf8")));
    const words = programs.flatMap(wordsOf);
    expect(words.length).toBeGreaterThan(40);
    expect(words.filter((piece) => !said.some((sentence) => sentence.includes(piece)))).toEqual([]);
  });
});
