import { expect, test } from "vitest";
import { clientReports } from "../src/describe/client-reports.js";
import { joinReports } from "../src/describe/join-reports.js";
import { type FoundNode, type LocalView, serverReports } from "../src/describe/server-reports.js";
import { member } from "./support/replication-set.js";

const PRIMARY: LocalView = { systemId: "1", inRecovery: false, timeline: 3, upstream: undefined, receivers: [] };
const UPSTREAM = { host: "2001:db8::1", port: 5432, slot: null };
const STANDBY: LocalView = { ...PRIMARY, inRecovery: true, upstream: UPSTREAM };
const ANSWER = { systemId: "1", timeline: 3, lsn: 0n, inRecovery: true };
const CATCHING_UP = { name: "lh_a", state: "catchup", sync: "potential", behind: 4096 };

test.each<readonly [string, LocalView, Partial<FoundNode>, string, boolean, string]>([
  [
    "itself, a primary",
    PRIMARY,
    { isSelf: true },
    "primary",
    true,
    "this server, timeline 3; 0 receivers stream from it",
  ],
  [
    "itself, a primary of one standby that streams and one that does not yet",
    { ...PRIMARY, receivers: [CATCHING_UP, { ...CATCHING_UP, name: "lh_b", state: "streaming" }] },
    { isSelf: true },
    "primary",
    true,
    "this server, timeline 3; 1 receiver streams from it",
  ],
  [
    "itself, a standby of somebody",
    STANDBY,
    { isSelf: true },
    "standby",
    true,
    "this server, timeline 3; streams from [2001:db8::1]:5432",
  ],
  [
    "itself, a standby of nobody",
    { ...STANDBY, upstream: undefined },
    { isSelf: true },
    "standby",
    false,
    "this server, timeline 3; receives from nobody",
  ],
  ["one that does not answer", PRIMARY, { error: "connect ECONNREFUSED" }, "silent", false, "connect ECONNREFUSED"],
  [
    "one of another database system",
    PRIMARY,
    { answer: { ...ANSWER, systemId: "2" } },
    "foreign",
    false,
    "belongs to another database system, 2: it is not let in, and not followed",
  ],
  [
    "a second primary",
    PRIMARY,
    { answer: { ...ANSWER, inRecovery: false } },
    "primary",
    false,
    "timeline 3; takes writes as well",
  ],
  [
    "a primary that this standby does not follow",
    STANDBY,
    { answer: { ...ANSWER, inRecovery: false, timeline: 2 } },
    "primary",
    false,
    "timeline 2",
  ],
  [
    "a standby that catches up",
    { ...PRIMARY, receivers: [CATCHING_UP] },
    { answer: ANSWER },
    "standby",
    false,
    "timeline 3; catchup from this server, potential, 4096 bytes behind",
  ],
  [
    "a standby of nobody, or of another one",
    PRIMARY,
    { answer: ANSWER },
    "standby",
    false,
    "timeline 3; does not stream from this server",
  ],
])("a server tells of %s", (_case, local, found, state, serving, detail) => {
  const node = member(5432, "10.0.0.1", "a.test");
  expect(serverReports(local, [{ node, slot: "lh_a", isSelf: false, ...found }])).toEqual([
    { node: "a.test:5432", state, serving, detail },
  ]);
});

test("clients are told of where they are sent, whoever answers", () => {
  const at = (port: number) => member(port, "10.0.0.1", "a.test");
  const answer = { systemId: "1", inRecovery: false, timeline: 1 };
  const reports = clientReports([
    { node: at(1), view: { member: at(1), answer }, services: ["rw", "ro"], databases: ["orders"] },
    { node: at(2), view: { member: at(2), error: "no answer within 2000 ms" }, services: ["rw"], databases: [] },
    { node: at(3), view: undefined, services: [], databases: [] },
  ]);
  expect(reports.map(({ state, serving, detail }) => [state, serving, detail])).toEqual([
    ["primary", true, "clients come by service rw, ro and pgbouncer's orders"],
    ["silent", false, "clients come by service rw; no answer within 2000 ms"],
    ["not asked", false, "nothing sends clients to it"],
  ]);
});

test("of two parts the first one's state counts, and both are heard", () => {
  const [server, clients] = [
    [{ node: "a", state: "standby", serving: true, detail: "timeline 3" }],
    [{ node: "a", state: "standby", serving: false, detail: "nothing sends clients to it" }],
  ];
  expect(joinReports(server, clients)).toEqual([
    { node: "a", state: "standby", serving: true, detail: "timeline 3; nothing sends clients to it" },
  ]);
  expect(joinReports(undefined, clients)).toBe(clients);
  expect(joinReports(server, undefined)).toBe(server);
});
