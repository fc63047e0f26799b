import { schemaValidator } from "@lighthouse-sd/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { clusterSchema } from "../src/config/cluster-schema.js";
import type { PostgreSQLBlock } from "../src/config/postgresql-config.js";
import { type Member, type Membership, memberKey, rememberedMembers, updateMembers } from "../src/members.js";
import { type PlanMemory, planServer } from "../src/server/plan-server.js";
import type { LocalServer, Peer, PeerAnswer } from "../src/server/server-state.js";
import { type FragmentSettings, parseSynchronous } from "../src/text/render-fragment.js";
import { slotName } from "../src/text/slot-name.js";

const MINUTE = 60_000;
const MEMBERS: readonly Member[] = [1, 2, 3, 4, 5].map((n) => ({ host: `db${n}`, ip: `10.0.0.${n}`, port: 5432 }));
const SELF = MEMBERS[0] as Member;
const NAMES = [...MEMBERS.map((member) => slotName("lh_", member)), "lh_gone", "other"];
const block = schemaValidator<PostgreSQLBlock>(clusterSchema)({
  synchronous: { mode: "any", count: 1, min_standbys: 1 },
  slots: { drop_after: "10m" },
  keep_absent: "5m",
});

const answer: fc.Arbitrary<PeerAnswer> = fc.record(
  {
    systemId: fc.constantFrom("1", "1", "1", "2"),
    timeline: fc.integer({ min: 1, max: 4 }),
    lsn: fc.bigInt({ min: 0n, max: 9n }),
    inRecovery: fc.boolean(),
    fork: fc.option(fc.bigInt({ min: 0n, max: 9n }), { nil: null }),
    hasSlot: fc.boolean(),
  },
  { requiredKeys: ["systemId", "timeline", "lsn", "inRecovery"] },
);
const local: fc.Arbitrary<LocalServer> = fc.record({
  inRecovery: fc.boolean(),
  systemId: fc.constant("1"),
  timeline: fc.integer({ min: 1, max: 4 }),
  lsn: fc.bigInt({ min: 0n, max: 9n }),
  port: fc.constant(5432),
  isStreaming: fc.boolean(),
  settings: fc.record({
    port: fc.constant("5432"),
    hba_file: fc.constant(""),
    config_file: fc.constant(""),
    shared_preload_libraries: fc.constant(""),
    primary_conninfo: fc.constant(""),
    primary_slot_name: fc.constant(""),
    max_slot_wal_keep_size: fc.constantFrom("-1", "1024"),
    synchronous_standby_names: fc.constantFrom("", 'ANY 1 ("lh_db2_5432", "lh_db3_5432")', "operator"),
  }),
  slots: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 5 }).chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          active: fc.boolean(),
          walStatus: fc.constantFrom("reserved", "lost", null),
          retained: fc.constant(0),
        }),
      ),
    ),
  ),
  senders: fc.array(
    fc.record({
      applicationName: fc.constantFrom(...NAMES),
      state: fc.constantFrom("streaming", "streaming", "catchup"),
    }),
    { maxLength: 4 },
  ),
});
const step = fc.record({
  local,
  nodes: fc.option(fc.subarray([...MEMBERS]), { nil: null, freq: 6 }),
  live: fc.boolean(),
  answers: fc.array(fc.option(answer, { nil: undefined }), { minLength: 5, maxLength: 5 }),
  minutes: fc.constantFrom(0, 1, 4, 11),
});

test("whatever happens, the planner never", () => {
  let [followed, listed, dropped, held] = [0, 0, 0, 0];
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let membership: Membership = rememberedMembers([]);
      let memory: PlanMemory = { unusedSince: new Map(), goneSince: new Map() };
      let fragment: FragmentSettings = {};
      let now = 0;
      const unusedFor = new Map<string, number>();
      for (const { local: state, nodes, live, answers, minutes } of steps) {
        now += minutes * MINUTE;
        const previous = membership;
        const members = updateMembers(previous, { nodes, live: live && nodes !== null }, block, now);
        const peers: readonly Peer[] = members.known
          .filter((member) => member.ip !== SELF.ip)
          .map((member) => {
            const found = answers[MEMBERS.indexOf(member)];
            return found === undefined ? { member, error: "silent" } : { member, answer: found };
          });
        const server = { replication: { user: "replicator", sslmode: "prefer" as const } };
        const input = { local: state, server, block, members, self: SELF, peers, fragment, memory, now };
        const plan = planServer(input);

        const ours = peers.filter(({ answer: found }) => found?.systemId === "1");
        const primaries = ours.filter(({ answer: found }) => found?.inRecovery === false);
        if (plan.upstream !== undefined) {
          followed++;
          expect(state.inRecovery, "follows as a primary").toBe(true);
          expect(
            primaries.map(({ member }) => member),
            "follows with none or several primaries",
          ).toEqual([plan.upstream]);
          const found = primaries[0]?.answer;
          expect(found?.timeline, "follows an older timeline").toBeGreaterThanOrEqual(state.timeline);
          const end = found?.timeline === state.timeline ? found.lsn : (found?.fork ?? -1n);
          expect(state.lsn <= end, "follows one without what it has").toBe(true);
        } else {
          expect(plan.fragment.primary_conninfo, "changes the upstream without a primary").toBe(
            state.inRecovery ? fragment.primary_conninfo : undefined,
          );
        }
        const names = plan.fragment.synchronous_standby_names;
        if (names !== undefined && names !== fragment.synchronous_standby_names) {
          listed++;
          for (const name of parseSynchronous(names) ?? ["unreadable"]) {
            const same = state.senders.filter(({ applicationName }) => applicationName === name);
            expect(
              same.map((sender) => sender.state),
              "lists one that does not stream alone",
            ).toEqual(["streaming"]);
          }
        }
        for (const { member, answer: found } of peers) {
          if (found === undefined || found.systemId === "1") continue;
          expect(plan.admitted, "lets a foreign server in").not.toContain(member);
        }
        for (const name of [...unusedFor.keys()])
          if (!state.slots.some((slot) => slot.name === name && !slot.active)) unusedFor.delete(name);
        for (const { name, active } of state.slots) if (!active && !unusedFor.has(name)) unusedFor.set(name, now);
        for (const name of plan.slots.drop) {
          dropped++;
          const slot = state.slots.find((entry) => entry.name === name);
          expect(slot?.active, "drops an active slot").toBe(false);
          expect(name.startsWith("lh_"), "drops what is not ours").toBe(true);
          expect(now - (unusedFor.get(name) ?? now), "drops too early").toBeGreaterThan(10 * MINUTE);
        }
        const gone = [...previous.baseline].filter(
          (key) => !(nodes ?? []).some((node) => memberKey(node) === key),
        ).length;
        if (nodes === null || !live || gone > previous.baseline.size / 2) {
          held++;
          expect(plan.slots.drop, "drops while nobody may be taken for gone").toEqual([]);
          for (const key of previous.members.keys()) {
            expect(members.known.map(memberKey), "shuts a member out while nobody may be taken for gone").toContain(
              key,
            );
          }
        }
        membership = members.state;
        memory = plan.memory;
        fragment = plan.fragment;
      }
    }),
    { numRuns: process.env["LIGHTHOUSE_TEST_FULL"] === undefined ? 1500 : 50_000 },
  );
  expect(Math.min(followed, listed, dropped, held), "a case never came up").toBeGreaterThan(0);
});
