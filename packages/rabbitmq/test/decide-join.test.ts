import { describe, expect, test } from "vitest";
import { contentsOf } from "../src/broker/broker.js";
import { type Answer, unknown } from "../src/broker/cluster-view.js";
import { decideFinally, decideTarget } from "../src/join/decide-join.js";
import type { FinalEvidence, JoinEvidence } from "../src/join/join-evidence.js";
import { known, viewOf } from "./samples.js";

const SELF = "mq4@x";

function evidence(more: Partial<JoinEvidence> = {}): JoinEvidence {
  return {
    self: SELF,
    seeds: [],
    own: viewOf([SELF]),
    peers: [peer("mq1@x", ["mq1@x", "mq2@x", "mq3@x"])],
    stableMs: 60_000,
    neededStableMs: 60_000,
    ...more,
  };
}

function peer(node: string, members: readonly string[], more = {}): JoinEvidence["peers"][number] {
  return { node, view: known(viewOf(members, more)) };
}

describe("whom a broker that is alone joins", () => {
  test.each<readonly [string, Partial<JoinEvidence>, string | undefined]>([
    ["a cluster of discovery", {}, "mq1@x"],
    ["the largest", { peers: [peer("a@x", ["a@x", "b@x"]), peer("mq1@x", ["mq1@x", "mq2@x", "mq3@x"])] }, "mq1@x"],
    ["of equal ones the first by name", { peers: [peer("d@x", ["d@x", "e@x"]), peer("b@x", ["b@x", "c@x"])] }, "b@x"],
    ["of two that are alone, the one with the lower name", { peers: [peer("mq1@x", ["mq1@x"])] }, "mq1@x"],
    ["nobody where its own name is the lower one", { peers: [peer("mq9@x", ["mq9@x"])] }, undefined],
    ["a seed, also one with the higher name", { seeds: ["mq9@x"], peers: [peer("mq9@x", ["mq9@x"])] }, "mq9@x"],
    ["no cluster without a seed where there are seeds", { seeds: ["mq9@x"] }, undefined],
    ["nobody, being a seed, while the others are no seeds", { seeds: [SELF] }, undefined],
    [
      "another seed's larger cluster, being a seed",
      { seeds: [SELF, "mq9@x"], peers: [peer("mq9@x", ["mq8@x", "mq9@x"])] },
      "mq9@x",
    ],
    ["nobody where nobody is discovered", { peers: [] }, undefined],
    ["nobody where it is a member already", { own: viewOf([SELF, "mq1@x"]) }, undefined],
  ])("%s", (_name, more, target) => {
    const decision = decideTarget(evidence(more));
    expect(decision).toEqual(target === undefined ? { kind: "stay" } : { kind: "join", target });
  });

  test.each<readonly [string, Partial<JoinEvidence>, string, RegExp]>([
    ["discovery has just changed", { stableMs: 59_999 }, "wait", /discovery has changed/],
    ["RabbitMQ does not run", { own: viewOf([SELF], { running: [] }) }, "wait", /not running/],
    ["it sees a partition", { own: viewOf([SELF], { partitioned: ["mq1@x"] }) }, "wait", /partition/],
    ["no peer answers", { peers: [{ node: "mq1@x", view: unknown("timeout") }] }, "wait", /no other broker/],
    [
      "a peer is of another version",
      { peers: [peer("mq1@x", ["mq1@x"], { version: "3.11.2" })] },
      "refuse",
      /3\.11\.2/,
    ],
    ["its version is 4", { own: viewOf([SELF], { version: "4.0.5" }) }, "refuse", /RabbitMQ 4\.0\.5.*Khepri/],
    ["its version is 3.13", { own: viewOf([SELF], { version: "3.13.7" }) }, "refuse", /3\.10 to 3\.12/],
    ["its version is not said", { own: viewOf([SELF], { version: null }) }, "refuse", /does not say/],
    [
      "the target is partitioned",
      { peers: [peer("mq1@x", ["mq1@x", "mq2@x", "mq3@x"], { partitioned: ["mq2@x"] })] },
      "wait",
      /partitioned/,
    ],
    [
      "only half of the target runs",
      { peers: [peer("mq1@x", ["mq1@x", "mq2@x"], { running: ["mq1@x"] })] },
      "wait",
      /only 1 of 2/,
    ],
    ["the target lists it already", { peers: [peer("mq1@x", ["mq1@x", SELF])] }, "refuse", /lists it as a member/],
  ])("not while %s", (_name, more, kind, reason) => {
    const decision = decideTarget(evidence(more));
    expect(decision.kind).toBe(kind);
    expect("reason" in decision ? decision.reason : "").toMatch(reason);
  });
});

describe("the last word before a join", () => {
  const fit: FinalEvidence = {
    ownId: known("id-1"),
    targetId: known("id-2"),
    contents: known([]),
    connections: known(0),
  };
  const silent: Answer<never> = unknown("no answer");

  test("is to join where nothing is lost by it", () => {
    expect(decideFinally("mq1@x", fit)).toEqual({ kind: "join", target: "mq1@x" });
  });

  test.each<readonly [string, Partial<FinalEvidence>, string]>([
    ["it has a queue", { contents: known(["1 queues"]) }, "refuse"],
    ["it has the target's identity", { targetId: known("id-1") }, "refuse"],
    ["a client is connected", { connections: known(1) }, "wait"],
    ["its contents are not known", { contents: silent }, "wait"],
    ["its connections are not known", { connections: silent }, "wait"],
    ["its identity is not known", { ownId: silent }, "wait"],
    ["the target's identity is not known", { targetId: silent }, "wait"],
  ])("is against it where %s", (_name, more, kind) => {
    expect(decideFinally("mq1@x", { ...fit, ...more }).kind).toBe(kind);
  });
});

describe("what a broker holds beside what a new one has", () => {
  const fresh = {
    queues: [],
    exchanges: [],
    bindings: [],
    policies: [],
    parameters: [],
    global_parameters: [],
    users: [{ name: "guest" }],
    vhosts: [{ name: "/" }],
  };

  test("is nothing in a new one", () => {
    expect(contentsOf(fresh)).toEqual([]);
  });

  test.each<readonly [string, Record<string, unknown>, string]>([
    ["a queue", { queues: [{}] }, "1 queues"],
    ["an exchange", { exchanges: [{}] }, "1 exchanges"],
    ["a policy", { policies: [{}] }, "1 policies"],
    ["a parameter", { parameters: [{}] }, "1 parameters"],
    ["a second user", { users: [{}, {}] }, "1 more users"],
    ["a second virtual host", { vhosts: [{}, {}, {}] }, "2 more virtual hosts"],
    ["what cannot be read", { queues: "many" }, "1 queues"],
    ["what is not said", { queues: undefined }, "1 queues"],
  ])("%s", (_name, more, found) => {
    expect(contentsOf({ ...fresh, ...more })).toEqual([found]);
  });
});
