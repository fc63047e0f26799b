import { describe, expect, test } from "vitest";
import { unknown } from "../src/broker/cluster-view.js";
import { describeAbsent, words } from "../src/forget/describe-absent.js";
import { type AbsentEvidence, forgetGuards, type ShortQueue, spokesman } from "../src/forget/forget-guards.js";
import { known, viewOf } from "./samples.js";

const MEMBERS = ["mq1@x", "mq2@x", "mq3@x"];
const QUEUES = "every quorum queue has its majority, and lacks no replica for another reason";
const WITHOUT_3 = viewOf(MEMBERS, { running: ["mq1@x", "mq2@x"] });

function evidence(more: Partial<AbsentEvidence> = {}): AbsentEvidence {
  return {
    node: "mq3@x",
    self: "mq1@x",
    seeds: ["mq1@x"],
    expectedSize: 3,
    discoveryCounts: true,
    isDiscovered: false,
    absentMs: 6 * 3_600_000,
    neededMs: 6 * 3_600_000,
    own: WITHOUT_3,
    views: new Map([["mq2@x", known(WITHOUT_3)]]),
    probe: "silent",
    shortQueues: known([]),
    longAbsent: new Set(["mq3@x"]),
    ...more,
  };
}

/** A quorum queue `orders` with these replicas. */
function short(members: readonly string[], online: readonly string[]): ShortQueue {
  return { name: "orders", virtualHost: "/", replicas: { members, online } };
}

function failing(more: Partial<AbsentEvidence>): readonly string[] {
  return forgetGuards(evidence(more))
    .filter(({ holds }) => !holds)
    .map(({ name }) => name);
}

describe("what has to hold before a member may be forgotten", () => {
  test("holds of one of three that all others have long missed", () => {
    expect(failing({})).toEqual([]);
  });

  test.each<readonly [string, Partial<AbsentEvidence>, string]>([
    ["it has been absent for too short a time", { absentMs: 6 * 3_600_000 - 1 }, "it has been absent for long enough"],
    ["discovery names it", { isDiscovered: true }, "discovery does not name it"],
    [
      "discovery is lost, empty or does not name this broker",
      { discoveryCounts: false },
      "discovery answers and names this broker and most members",
    ],
    [
      "another member sees it run",
      { views: new Map([["mq2@x", known(viewOf(MEMBERS))]]) },
      "every running member answers and says that it does not run",
    ],
    [
      "another member does not answer",
      { views: new Map([["mq2@x", unknown("timeout")]]) },
      "every running member answers and says that it does not run",
    ],
    [
      "another member was not asked",
      { views: new Map() },
      "every running member answers and says that it does not run",
    ],
    ["this broker sees a partition", { own: { ...WITHOUT_3, partitioned: ["mq3@x"] } }, "nobody sees a partition"],
    [
      "another member sees a partition",
      { views: new Map([["mq2@x", known({ ...WITHOUT_3, partitioned: ["mq3@x"] })]]) },
      "nobody sees a partition",
    ],
    ["one of three is left", { own: viewOf(MEMBERS, { running: ["mq1@x"] }), expectedSize: null }, "most members run"],
    ["two of expected five are left", { expectedSize: 5 }, "most of expected_size run"],
    ["its port answers", { probe: "answers" }, "nothing of it answers on the network"],
    ["its port could not be tried", { probe: "unknown" }, "nothing of it answers on the network"],
    ["it is a seed", { seeds: ["mq3@x"] }, "it is no seed"],
    ["the version was not tried", { own: { ...WITHOUT_3, version: "4.1.0" } }, "its version was tried"],
    ["quorum queues were not looked at", { shortQueues: unknown("timeout") }, QUEUES],
    [
      "a quorum queue does not say where its replicas are",
      { shortQueues: known([{ name: "orders", virtualHost: "/", replicas: null }]) },
      QUEUES,
    ],
    [
      "a quorum queue lacks a replica on a member that runs",
      { shortQueues: known([short(MEMBERS, ["mq1@x", "mq3@x"])]) },
      QUEUES,
    ],
    [
      "a quorum queue also lacks a replica on a member that has just gone",
      { shortQueues: known([short([...MEMBERS, "mq4@x", "mq5@x"], ["mq1@x", "mq2@x", "mq5@x"])]) },
      QUEUES,
    ],
    [
      "a quorum queue would never get its majority back",
      { shortQueues: known([short(["mq1@x", "mq3@x"], ["mq1@x"])]) },
      QUEUES,
    ],
    ["a quorum queue was on it alone", { shortQueues: known([short(["mq3@x"], [])]) }, QUEUES],
  ])("does not where %s", (_name, more, guard) => {
    expect(failing(more)).toEqual([guard]);
  });

  test.each<readonly [string, Partial<AbsentEvidence>]>([
    ["lacks only its replica", { shortQueues: known([short(MEMBERS, ["mq1@x", "mq2@x"])]) }],
    ["has one or two replicas, which run", { shortQueues: known([short(["mq1@x"], ["mq1@x"])]) }],
    [
      "also lacks the replica of another member that is long gone",
      {
        shortQueues: known([short([...MEMBERS, "mq4@x", "mq5@x"], ["mq1@x", "mq2@x", "mq5@x"])]),
        longAbsent: new Set(["mq3@x", "mq4@x"]),
      },
    ],
  ])("holds where a quorum queue with none to spare %s", (_name, more) => {
    expect(failing(more)).toEqual([]);
  });
});

describe("what is said of an absent member", () => {
  const member = {
    node: "mq3@x",
    absentMs: 22_000_000,
    command: "rabbitmqctl forget_cluster_node mq3@x",
    spokesman: undefined,
  };

  test("names the command only where every guard holds", () => {
    const whole = describeAbsent({ ...member, guards: forgetGuards(evidence()) });
    expect(whole).toContain(member.command);
    expect(whole).toContain("make sure that its machine is off for good");
    const partly = describeAbsent({ ...member, guards: forgetGuards(evidence({ probe: "answers" })) });
    expect(partly).not.toContain(member.command);
    expect(partly).toContain("must not be forgotten now. Not met: nothing of it answers on the network. Met:");
  });

  test("names some of the queues that speak against it, whatever clients have called them", () => {
    const names = ["a\nb", "x".repeat(500), "c", "d", "e"];
    const shortQueues = known(names.map((name) => ({ name, virtualHost: "/", replicas: null })));
    const said = describeAbsent({ ...member, guards: forgetGuards(evidence({ shortQueues })) });
    expect(said).toContain(`(${JSON.stringify("a\nb")} in "/", "${"x".repeat(60)}" in "/", "c" in "/" and 2 more)`);
  });

  test("is the time alone as long as it is short, and elsewhere who says more", () => {
    const sentence = "member mq3@x does not run, and discovery has not named it for 6h 6m";
    expect(describeAbsent({ ...member, guards: undefined })).toBe(sentence);
    expect(describeAbsent({ ...member, guards: undefined, spokesman: "mq1@x" })).toBe(
      `${sentence}; whether it could be forgotten is said by the runner of mq1@x`,
    );
  });

  test("has just begun to be absent", () => {
    expect(describeAbsent({ ...member, absentMs: 0, guards: undefined })).toBe(
      "member mq3@x does not run, and discovery does not name it any more",
    );
  });

  test("the first of the members that run speaks", () => {
    expect(spokesman(viewOf(MEMBERS, { running: ["mq3@x", "mq2@x"] }))).toBe("mq2@x");
  });

  test.each([
    [999, "0s"],
    [59_000, "59s"],
    [600_000, "10m"],
    [3_600_000 * 23 + 60_000, "23h 1m"],
    [3_600_000 * 49, "2d 1h"],
  ])("%i ms are %s", (milliseconds, text) => {
    expect(words(milliseconds)).toBe(text);
  });
});
