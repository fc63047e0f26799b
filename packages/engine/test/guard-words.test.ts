import { describe, expect, test } from "vitest";
import { decideRelease } from "../src/guard/decide-release.js";
import { fromMemory, memoryOf, parseGuardMemory, renderGuardMemory } from "../src/guard/guard-memory.js";
import { endOfHold } from "../src/guard/guard-sentences.js";
import type { Hold } from "../src/guard/guard-state.js";
import { lostTogether } from "../src/guard/lost-together.js";
import type { ClusterOfRunner } from "../src/http/status.js";
import { type ClusterState, unknownCluster, withAnswer } from "../src/membership/cluster-state.js";
import { suggestName } from "../src/suggest-name.js";
import { judgementAt } from "./support/judgement.js";
import { goodRecord, node } from "./support/sample-nodes.js";

const HOLD: Hold = { kind: "loss", since: 1000, steadyAt: 2000, together: false };

describe("what an operator is told who asks for a release", () => {
  const RECORDS = ["a", "b", "c", "d"].map((host, index) => goodRecord(host, `10.0.0.${index + 1}`));
  const full = withAnswer(unknownCluster(0), RECORDS, judgementAt(0));
  const holding = withAnswer(full, RECORDS.slice(0, 1), judgementAt(0));
  const clusterOf = (name: string, state: ClusterState): ClusterOfRunner => {
    return { name, discovery: "file", state, drains: [] };
  };
  const CLUSTERS = [clusterOf("web", holding), clusterOf("api", full), clusterOf("new", unknownCluster(0))];

  test("who went, and how many are left", () => {
    expect(decideRelease("web", CLUSTERS)).toEqual({
      done: true,
      released: ["b:80", "c:80", "d:80"],
      nodes: 1,
      message: "released 3 nodes of cluster web: b:80, c:80, d:80; it has 1 node now",
    });
  });

  test.each([
    ["api", true, "nothing is held in cluster api; nodes are held in: web"],
    ["new", true, "nothing is held in cluster new; nodes are held in: web"],
    ["wbe", false, 'there is no cluster "wbe"; did you mean web? There are: web, api, new'],
  ])("refused: %s", (cluster, isKnown, message) => {
    expect(decideRelease(cluster, CLUSTERS)).toEqual({ done: false, isKnown, message });
  });

  test("nothing is held anywhere", () => {
    expect(decideRelease("api", CLUSTERS.slice(1))).toMatchObject({ message: "nothing is held in cluster api" });
  });
});

test.each<[Partial<Hold>, string]>([
  [{ kind: "empty" }, "they stay until they return, or until: lighthouse-runner release web"],
  [
    { kind: "return" },
    "they stay until they return, the loss has stood for confirm_after, or until: lighthouse-runner release web",
  ],
  [{ kind: "floor" }, "they stay until there are others, or until: lighthouse-runner release web"],
  [{}, "they stay until they return, the loss has stood for confirm_after, or until: lighthouse-runner release web"],
  [{ together: true }, "they stay until they return, or until: lighthouse-runner release web"],
])("how a hold ends: %j", (hold, sentence) => {
  expect(endOfHold("web", { ...HOLD, ...hold })).toBe(sentence);
});

test.each([
  ["wbe", ["web", "api"], '"wbe"; did you mean web? There are: web, api'],
  ["completely else", ["web"], '"completely else"; there are: web'],
  ["web", [], '"web"; there is none'],
  ["x\ny", ["web"], '"x\\ny"; there are: web'],
])("a name that is none: %j of %j", (asked, known, words) => {
  expect(suggestName(asked, known)).toBe(words);
});

describe("losses at the same time", () => {
  const held = (name: string, since: number, more: object = {}): Parameters<typeof lostTogether>[1][number] => {
    return { name, discovery: "zk", windowMs: 60_000, hold: { ...HOLD, since, ...more } };
  };

  test.each<[string, Parameters<typeof lostTogether>[1], readonly string[]]>([
    ["alone", [held("web", 0)], []],
    ["two at once", [held("web", 0), held("api", 5000)], ["web", "api"]],
    ["an hour apart", [held("web", 0), held("api", 3_600_000)], []],
    ["of different discoveries", [held("web", 0), { ...held("api", 0), discovery: "etcd" }], []],
    ["beside one that only needs its min_nodes", [held("web", 0), held("api", 0, { kind: "floor" })], []],
    ["beside one that holds nobody", [held("web", 0), { ...held("api", 0), hold: null }], []],
    ["beside one that is empty", [held("web", 0), held("api", 0, { kind: "empty" })], ["web", "api"]],
    ["beside two that are known for it", [held("web", 0), held("api", 0, { together: true })], ["web"]],
    [
      "within the longer of two windows",
      [held("web", 0), { ...held("api", 90_000), windowMs: 120_000 }],
      ["web", "api"],
    ],
  ])("%s", (_name, clusters, together) => {
    expect(lostTogether("web", clusters)).toEqual(together);
  });
});

describe("what is remembered of a guard", () => {
  const entry = { node: node("a", "10.0.0.1"), since: 5000, at: 400, reason: "lost" };
  const history = { confirmed: 4, steps: [{ at: 100, low: 3, high: 4, count: 3 }] };
  const memory = memoryOf({ history, hold: HOLD }, [entry], { now: 10_000, at: 5000 });
  if (memory === undefined) throw new Error("nothing is remembered");

  test("is what it was, in the time of another process", () => {
    const read = parseGuardMemory(JSON.parse(JSON.stringify(renderGuardMemory(memory))));
    expect(fromMemory(read, { now: 12_000, at: 50 })).toEqual({
      guard: {
        history: { confirmed: 4, steps: [{ at: -6850, low: 3, high: 4, count: 3 }] },
        hold: { ...HOLD, since: -5950, steadyAt: -4950 },
      },
      held: [{ ...entry, at: -6950 }],
    });
  });

  test("is never in the future, whatever the clock says", () => {
    const { guard, held } = fromMemory(memory, { now: 0, at: 50 });
    expect([held[0]?.at, guard.hold?.since, guard.history?.steps[0]?.at]).toEqual([50, 50, 50]);
  });

  test.each([
    ["a time that is none", { ...memory, history: { confirmed: 1, steps: [{ at: "x", low: 1, high: 1, count: 1 }] } }],
    ["no history", { ...memory, history: undefined }],
    ["no list of those held", { ...memory, held: undefined }],
  ])("is not used with %s", (_name, broken) => {
    expect(() => parseGuardMemory(broken)).toThrow();
  });

  test("a held node that is none is left out", () => {
    const bad = {
      ...(renderGuardMemory(memory) as object),
      held: [{ since: 1, reason: "x", value: { ip: "nowhere" } }],
    };
    expect(parseGuardMemory(bad).held).toEqual([]);
  });

  test("nothing is remembered of a cluster that has had no members", () => {
    expect(memoryOf({ history: null, hold: null }, [], { now: 0, at: 0 })).toBeUndefined();
  });
});
