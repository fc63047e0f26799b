import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Answer, type ClusterView, unknown } from "../src/broker/cluster-view.js";
import { clusterFacts, discoveryCounts, presenceFacts } from "../src/cluster-facts.js";
import { forgetGuards, type ShortQueue } from "../src/forget/forget-guards.js";
import { decideFinally, decideTarget } from "../src/join/decide-join.js";
import { NOBODY_SEEN, nextPresence } from "../src/nodes/presence.js";
import { clusterOf, known, viewOf } from "./samples.js";

const RUNS = process.env["LIGHTHOUSE_TEST_FULL"] === "1" ? 20_000 : 3000;
const MINUTE = 60_000;
const FORGET_AFTER = 10 * MINUTE;

/** What happens in the world, one thing at a time. */
type Event =
  | { readonly kind: "die" | "live" | "hang"; readonly node: number }
  | { readonly kind: "cut"; readonly node: number; readonly flagged: boolean }
  | { readonly kind: "heal" }
  | { readonly kind: "discovery"; readonly says: "truth" | "nothing" | "lost" | "stale" | "half" }
  | { readonly kind: "time"; readonly minutes: number };

const index = fc.nat({ max: 4 });
const events: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constantFrom("die" as const, "live" as const, "hang" as const), node: index }),
  fc.record({ kind: fc.constant("cut" as const), node: index, flagged: fc.boolean() }),
  fc.constant({ kind: "heal" as const }),
  fc.record({
    kind: fc.constant("discovery" as const),
    says: fc.constantFrom("truth" as const, "nothing" as const, "lost" as const, "stale" as const, "half" as const),
  }),
  fc.record({ kind: fc.constant("time" as const), minutes: fc.integer({ min: -5, max: 30 }) }),
);

/** Brokers of one cluster. A broker that is cut off lives, and others do not see it run; whether a partition is spoken of
 * depends on who is asked. Its ports stay open: it is cut off from Erlang's mesh, not from the network. */
class World {
  readonly names: readonly string[];
  readonly state = new Map<string, "alive" | "dead" | "hung">();
  readonly cut = new Map<string, { readonly flagged: boolean }>();
  says: "truth" | "nothing" | "lost" | "stale" | "half" = "truth";
  atMs = 0;
  #lastTruth: readonly string[] = [];

  constructor(size: number) {
    this.names = Array.from({ length: size }, (_, number) => `mq${number + 1}@x`);
    for (const name of this.names) this.state.set(name, "alive");
  }

  happen(event: Event): void {
    if (event.kind === "time") this.atMs += event.minutes * MINUTE;
    else if (event.kind === "heal") this.cut.clear();
    else if (event.kind === "discovery") this.says = event.says;
    else {
      const name = this.names[event.node % this.names.length] ?? "";
      if (event.kind === "cut") this.cut.set(name, { flagged: event.flagged });
      else this.state.set(name, event.kind === "die" ? "dead" : event.kind === "hang" ? "hung" : "alive");
    }
  }

  /** What `asked` answers. */
  view(asked: string): Answer<ClusterView> {
    if (this.state.get(asked) !== "alive") return unknown("no answer");
    const together = (name: string): boolean => name === asked || (!this.cut.has(name) && !this.cut.has(asked));
    const running = this.names.filter((name) => this.state.get(name) !== "dead" && together(name));
    const flagged = [...this.cut].filter(([name, { flagged: isFlagged }]) => isFlagged || name === asked);
    return known(viewOf(this.names, { running, partitioned: flagged.map(([name]) => name).sort() }));
  }

  /** A quorum queue with a replica on each, as RabbitMQ's own check would name it; never while it has some to spare. */
  shortQueues(asked: string): readonly ShortQueue[] {
    const isUp = (name: string): boolean => this.state.get(name) === "alive" && !this.cut.has(name);
    const online = this.cut.has(asked) ? [asked] : this.names.filter(isUp);
    if (online.length > Math.floor(this.names.length / 2) + 1) return [];
    return [{ name: "orders", virtualHost: "/", replicas: { members: this.names, online } }];
  }

  discovered(): { readonly names: readonly string[]; readonly live: boolean } {
    const truth = this.names.filter((name) => this.state.get(name) === "alive");
    if (this.says === "truth") this.#lastTruth = truth;
    if (this.says === "nothing") return { names: [], live: true };
    if (this.says === "half") return { names: truth.slice(0, Math.floor(truth.length / 2)), live: true };
    return { names: this.says === "truth" ? truth : this.#lastTruth, live: this.says !== "lost" };
  }
}

describe("over random histories", () => {
  test("no member that lives is ever found fit to be forgotten, and nothing is advised by a minority", () => {
    let advised = 0;
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.array(events, { maxLength: 40 }), (size, history) => {
        const world = new World(size);
        const self = world.names[0] ?? "";
        let presence = NOBODY_SEEN;
        for (const event of history) {
          world.happen(event);
          const { names, live } = world.discovered();
          const facts = clusterFacts(clusterOf(names, {}, live), "{host}");
          const answer = world.view(self);
          const view = answer.known ? answer.value : null;
          const now = { self, atMs: world.atMs, intervalMs: 10 * MINUTE, view, members: world.names };
          presence = nextPresence(presence, presenceFacts(facts, now));
          if (view === null) continue;
          const longAbsent = new Set(
            [...presence.absentMs].flatMap(([name, ms]) => (ms >= FORGET_AFTER ? [name] : [])),
          );
          for (const node of world.names.filter((name) => name !== self)) {
            const guards = forgetGuards({
              node,
              self,
              seeds: [],
              expectedSize: size,
              discoveryCounts: discoveryCounts(facts, self, view),
              isDiscovered: names.includes(node),
              absentMs: presence.absentMs.get(node) ?? 0,
              neededMs: FORGET_AFTER,
              own: view,
              views: new Map(view.running.map((member) => [member, world.view(member)])),
              probe: world.state.get(node) === "dead" ? "silent" : "answers",
              shortQueues: known(world.shortQueues(self)),
              longAbsent,
            });
            if (guards.some(({ holds }) => !holds)) continue;
            advised++;
            expect(world.state.get(node)).toBe("dead");
            expect(view.running.length * 2).toBeGreaterThan(size);
            expect(live).toBe(true);
            for (const { replicas } of world.shortQueues(self)) {
              expect((replicas?.online.length ?? 0) * 2).toBeGreaterThan(size);
            }
          }
        }
      }),
      { numRuns: RUNS },
    );
    // A model in which nothing is ever advised would prove nothing.
    expect(advised).toBeGreaterThan(0);
  });

  test("no broker that holds anything joins, none joins a partitioned cluster or one without its majority", () => {
    let joined = 0;
    const view = fc.record({
      members: fc.uniqueArray(fc.constantFrom("a@x", "b@x", "c@x", "z@x", "y@x", "self@x"), { maxLength: 3 }),
      down: fc.nat({ max: 2 }),
      partitioned: fc.constantFrom<readonly string[]>([], [], [], ["a@x"]),
      version: fc.constantFrom("3.10.8", "3.10.8", "3.10.9", "3.12.1", "4.0.1", null),
    });
    const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Answer<T>> =>
      fc.oneof({ weight: 4, arbitrary: value.map(known) }, { weight: 1, arbitrary: fc.constant(unknown("none")) });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom("a@x", "b@x", "c@x", "z@x"), maybe(view)), {
          selector: ([node]) => node,
          minLength: 1,
          maxLength: 3,
        }),
        fc.constantFrom<readonly string[]>([], [], ["a@x"], ["a@x", "self@x"]),
        fc.constantFrom(0, 30_000, 60_000, 60_000, 60_000),
        maybe(fc.constantFrom<readonly string[]>([], [], ["1 queues"])),
        maybe(fc.constantFrom(0, 0, 3)),
        maybe(fc.constantFrom("id-1", "id-2")),
        (answers, seeds, stableMs, contents, connections, targetId) => {
          const peers = answers.map(([node, answer]) => {
            if (!answer.known) return { node, view: answer };
            const members = [...new Set([node, ...answer.value.members])].sort();
            const running = [node, ...members.filter((name) => name !== node).slice(answer.value.down)].sort();
            return { node, view: known(viewOf(members, { ...answer.value, members, running })) };
          });
          const own = viewOf(["self@x"]);
          const decision = decideTarget({ self: "self@x", seeds, own, peers, stableMs, neededStableMs: 60_000 });
          if (decision.kind !== "join") return;
          const last = decideFinally(decision.target, { ownId: known("id-1"), targetId, contents, connections });
          if (last.kind !== "join") return;
          joined++;
          expect(contents).toEqual(known([]));
          expect(connections).toEqual(known(0));
          expect(targetId).toEqual(known("id-2"));
          expect(stableMs).toBe(60_000);
          const target = peers.find(({ node, view: found }) => node === last.target && found.known);
          const value = target?.view.known === true ? target.view.value : undefined;
          expect(value?.members).not.toContain("self@x");
          expect(value?.partitioned).toEqual([]);
          expect(value?.version).toMatch(/^3\.10\./);
          expect((value?.running.length ?? 0) * 2).toBeGreaterThan(value?.members.length ?? 0);
          if (seeds.length > 0) expect(value?.members.some((name) => seeds.includes(name))).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
    expect(joined).toBeGreaterThan(0);
  });
});

test("of blank brokers that are alone and see each other, whatever their number, one stays and all others go to it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 0, max: 5 }), (size, seed) => {
      const names = Array.from({ length: size }, (_, number) => `mq${number}@x`);
      for (const seeds of [[], [names[seed % size] ?? ""]]) {
        const decisions = names.map((self) => {
          const peers = names.filter((name) => name !== self).map((node) => ({ node, view: known(viewOf([node])) }));
          return decideTarget({ self, seeds, own: viewOf([self]), peers, stableMs: 1, neededStableMs: 1 });
        });
        const staying = names.filter((_, number) => decisions[number]?.kind === "stay");
        const going = decisions.filter(({ kind }) => kind === "join");
        expect(staying).toHaveLength(1);
        expect(going).toHaveLength(size - 1);
        if (seeds.length > 0 || size === 2) {
          for (const decision of going) expect(decision).toEqual({ kind: "join", target: staying[0] });
        }
      }
    }),
  );
});
