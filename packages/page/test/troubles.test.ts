import { describe, expect, test } from "vitest";
import { findTroubles, troubledClusters } from "../src/troubles/find-troubles.js";
import { verdictOf } from "../src/troubles/verdict.js";
import type { RunnerStatus } from "../src/wire/runner-status.js";
import { AT, balancerWith, clusterWith, LATER, serviceWith, statusWith } from "./sample-status.js";

const HELD = [
  { name: "app2:80", since: LATER, reason: "the source names no node at all" },
  { name: "app1:80", since: AT, reason: "the source names no node at all" },
];
const PROBLEM = { file: "clusters/web.yaml", line: 7, column: 9, message: "port: wrong" };
const PENDING = { state: "pending", since: AT, error: null } as const;

/** Severity, what it is about, sentence, detail. */
function told(status: RunnerStatus): readonly (readonly unknown[])[] {
  return findTroubles(status).map(({ severity, subjects, sentence, detail }) => [
    severity,
    subjects.map(({ kind, name }) => `${kind} ${name}`).join(),
    sentence,
    detail,
  ]);
}

describe("what is not right", () => {
  test.each<[string, Partial<RunnerStatus>, readonly unknown[]]>([
    ["a cluster in order", { clusters: { web: clusterWith() } }, []],
    ["a balancer in order", { balancers: { haproxy: balancerWith() } }, []],
    ["a balancer at work", { balancers: { haproxy: balancerWith({ converged: false }) } }, []],
    ["a service in order", { services: { shop: serviceWith() } }, []],
    [
      "held nodes",
      { clusters: { web: clusterWith({ held: HELD }) } },
      [
        "bad",
        "cluster web",
        "2 nodes are held: the source no longer names them, and traffic still goes there",
        "the source names no node at all",
      ],
    ],
    [
      "a source that is lost",
      { clusters: { web: clusterWith({ source: "lost", error: "refused" }) } },
      ["bad", "cluster web", "file does not answer: its last good members stand", "refused"],
    ],
    [
      "a source that was never there",
      { clusters: { web: clusterWith({ source: "snapshot", error: "refused" }) } },
      ["bad", "cluster web", "file has not answered since the start: its remembered members stand", "refused"],
    ],
    [
      "a source that is waited for",
      { clusters: { web: clusterWith({ source: "waiting", nodes: null }) } },
      ["look", "cluster web", "nothing is known from file yet: balancers leave what is there", null],
    ],
    [
      "a quarantined record",
      { clusters: { web: clusterWith({ quarantined: [{ source: "a[1]", reason: "port must be a number" }] }) } },
      ["look", "cluster web", "1 record is quarantined", "a[1]: port must be a number"],
    ],
    [
      "a field that was dropped",
      { clusters: { web: clusterWith({ dropped: [{ source: "a[1]", reason: "weight" }] }) } },
      ["note", "cluster web", "1 record is used less a field that was none", "a[1]: weight"],
    ],
    [
      "a drain",
      { clusters: { web: clusterWith({ drains: [{ name: "app1:80", since: AT }] }) } },
      ["note", "cluster web", "1 node is drained on this host, until undrain", "app1:80"],
    ],
    [
      "a balancer that fails",
      { balancers: { haproxy: balancerWith({ lastError: "socket gone" }) } },
      ["bad", "balancer haproxy", "its last sync failed, and is tried again", "socket gone"],
    ],
    [
      "a balancer's problem",
      { balancers: { haproxy: balancerWith({ problems: [PROBLEM] }) } },
      ["look", "balancer haproxy", "port: wrong", "clusters/web.yaml:7:9"],
    ],
    [
      "a wrong file",
      { config: { errors: [PROBLEM], notices: [] } },
      ["bad", "config clusters/web.yaml:7:9", "port: wrong", "The last valid version of this file stands."],
    ],
    [
      "a notice about a file that cannot be placed",
      { config: { errors: [], notices: [{ file: "logging.yaml", message: "not read" }] } },
      ["note", "config logging.yaml", "not read", null],
    ],
    [
      "a service that is down",
      { services: { shop: serviceWith({ state: "down", reason: "check http: refused" }) } },
      ["bad", "service shop", "port 80 is down: its checks fail, and it is not registered", "check http: refused"],
    ],
    [
      "a service that starts",
      { services: { shop: serviceWith({ state: "starting" }) } },
      ["note", "service shop", "port 80 is starting: its checks have not decided yet", null],
    ],
    [
      "a service that is not registered yet",
      { services: { shop: serviceWith({ registration: PENDING }) } },
      ["look", "service shop", "port 80 is up and not registered", null],
    ],
    [
      "a service that the registry has lost",
      { services: { shop: serviceWith({ registration: { ...PENDING, state: "lost", error: "no answer" } }) } },
      ["bad", "service shop", "port 80 is up and not registered", "no answer"],
    ],
    [
      "a drained service",
      { services: { shop: { ...serviceWith(), drainedSince: AT } } },
      ["note", "service shop", "is drained everywhere, until undrain", null],
    ],
  ])("%s", (_, status, trouble) => {
    expect(told(statusWith(status))).toEqual(trouble.length === 0 ? [] : [trouble]);
  });

  test("what is wrong in a cluster's file, or met by a balancer there, is that cluster's trouble", () => {
    const clusters = { web: clusterWith(), api: clusterWith(), toString: clusterWith() };
    const met = [
      { ...PROBLEM, file: "clusters/api.yml" },
      { ...PROBLEM, file: "clusters/hasOwnProperty.yaml" },
    ];
    const status = statusWith({
      clusters,
      balancers: { haproxy: balancerWith({ problems: met }) },
      config: { errors: [PROBLEM], notices: [{ ...PROBLEM, file: "clusters/toString.yaml" }] },
    });
    expect(told(status).map((row) => row.slice(0, 2))).toEqual([
      ["bad", "config clusters/web.yaml:7:9"],
      ["look", "cluster api"],
      ["look", "balancer haproxy"],
      ["note", "config clusters/toString.yaml:7:9"],
    ]);
    expect([...troubledClusters(findTroubles(status))]).toEqual([
      ["api", "look"],
      ["web", "bad"],
    ]);
  });

  test("one source that is gone is one trouble, since the first of its clusters lost it", () => {
    const lost = clusterWith({ discovery: "etcd", source: "lost", error: "refused", since: LATER });
    const clusters = { a: lost, b: { ...lost, since: AT }, c: { ...lost, discovery: "zk" }, d: clusterWith() };
    const troubles = findTroubles(statusWith({ clusters }));
    expect(
      troubles.map(({ subjects, sentence, since }) => [subjects.map(({ name }) => name), sentence, since]),
    ).toEqual([
      [["a", "b"], "etcd does not answer: their last good members stand", AT],
      [["c"], "zk does not answer: its last good members stand", LATER],
    ]);
  });

  test("held nodes can be released, and are held since the first of them was", () => {
    const [trouble] = findTroubles(statusWith({ clusters: { web: clusterWith({ held: HELD }) } }));
    expect(trouble).toMatchObject({ release: "web", since: AT });
  });

  test("what matters most comes first, and a cluster has its gravest colour", () => {
    const bad = { held: HELD, quarantined: [{ source: "a", reason: "b" }], drains: [{ name: "x", since: AT }] };
    const clusters = {
      a: clusterWith({ drains: bad.drains }),
      b: clusterWith(bad),
      c: clusterWith({ quarantined: bad.quarantined }),
    };
    const troubles = findTroubles(statusWith({ clusters, config: { errors: [PROBLEM], notices: [PROBLEM] } }));
    expect(troubles.map(({ severity }) => severity)).toEqual(["bad", "bad", "look", "look", "note", "note", "note"]);
    expect(new Set(troubles.map(({ key }) => key)).size).toBe(troubles.length);
    expect([...troubledClusters(troubles)].toSorted()).toEqual([
      ["b", "bad"],
      ["c", "look"],
    ]);
  });
});

describe("the verdict", () => {
  const clusters = { web: clusterWith(), api: clusterWith({ nodes: null, source: "waiting" }) };
  const balancers = { haproxy: balancerWith(), other: balancerWith({ converged: false }) };

  test.each<[Partial<RunnerStatus>, string, string, string]>([
    [{ clusters: { web: clusterWith() } }, "well", "All is well", "1 cluster · 1 node · 0 balancers"],
    [{ clusters, balancers }, "look", "1 thing to look at", "2 clusters · 1 node · 2 balancers (1 at work)"],
    [
      { ready: false, balancers, services: { shop: serviceWith({ state: "starting" }) } },
      "work",
      "Not ready yet",
      "The first sync is not done · 0 clusters · 0 nodes · 2 balancers (1 at work) · 0 of 1 service port up",
    ],
    [
      { clusters, config: { errors: [PROBLEM, { ...PROBLEM, line: 8 }], notices: [] } },
      "bad",
      "2 things need you",
      "1 more to look at · 2 clusters · 1 node · 0 balancers",
    ],
    [{ config: { errors: [], notices: [PROBLEM] } }, "well", "All is well", "0 clusters · 0 nodes · 0 balancers"],
  ])("%#: %j", (more, level, headline, summary) => {
    const status = statusWith(more);
    expect(verdictOf(status, findTroubles(status))).toEqual({ level, headline, summary });
  });
});
