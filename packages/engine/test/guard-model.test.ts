import type { Node } from "@lighthouse-sd/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { GuardSettings } from "../src/config/configuration.js";
import { GuardedCluster, member } from "./support/guarded-cluster.js";

/** What may happen to a cluster. Members are numbers; a drained one is negative, less one. */
type Event =
  | { readonly kind: "answer"; readonly members: readonly number[] }
  | { readonly kind: "lose" }
  | { readonly kind: "release" }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "restart"; readonly ms: number }
  | { readonly kind: "set clock"; readonly ms: number };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const NUMBER = fc.oneof(
  { weight: 8, arbitrary: fc.nat(11) },
  { weight: 1, arbitrary: fc.integer({ min: -12, max: -1 }) },
);

const ANSWER: fc.Arbitrary<Event> = fc
  .uniqueArray(NUMBER, { maxLength: 12, selector: (number) => (number < 0 ? -1 - number : number) })
  .map((members) => ({ kind: "answer", members }));
const TIME = fc.oneof(fc.nat(2 * SECOND), fc.nat(90 * SECOND), fc.nat(12 * MINUTE));
const EVENT: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: ANSWER },
  { weight: 4, arbitrary: TIME.map((ms): Event => ({ kind: "advance", ms })) },
  { weight: 1, arbitrary: TIME.map((ms): Event => ({ kind: "restart", ms })) },
  { weight: 1, arbitrary: fc.constantFrom<Event>({ kind: "lose" }, { kind: "release" }) },
  { weight: 1, arbitrary: fc.integer({ min: -1e9, max: 1e9 }).map((ms): Event => ({ kind: "set clock", ms })) },
);
const SETTINGS: fc.Arbitrary<GuardSettings> = fc.record({
  on_empty: fc.constantFrom("hold", "hold", "empty"),
  min_nodes: fc.constantFrom(0, 0, 1, 4),
  max_removal: fc.constantFrom("50%", "30%", "0%", "100%", 2),
  window: fc.constantFrom("60s", "10s", "0s"),
  confirm_after: fc.constantFrom("5m", "30s", "off"),
});

function nodesOf(members: readonly number[]): readonly Node[] {
  return members.map((number) => (number < 0 ? member(-1 - number, true) : member(number)));
}

function apply(cluster: GuardedCluster, event: Event): void {
  if (event.kind === "answer") cluster.answer(nodesOf(event.members));
  else if (event.kind === "lose") cluster.lose();
  else if (event.kind === "release") cluster.release();
  else if (event.kind === "advance") cluster.advance(event.ms);
  else if (event.kind === "restart") cluster.restart(event.ms);
  else cluster.clockSetBy = event.ms;
}

/** Runs a history; `look` sees the cluster before and after each event. */
function run(
  settings: GuardSettings,
  events: readonly Event[],
  look: (before: Snapshot, after: Snapshot, event: Event, named: readonly Node[]) => void,
): GuardedCluster {
  const cluster = new GuardedCluster(settings);
  cluster.answer(nodesOf([0, 1, 2, 3, 4, 5, 6, 7]));
  let named = nodesOf([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const event of events) {
    const before = snapshotOf(cluster);
    apply(cluster, event);
    if (event.kind === "answer") named = nodesOf(event.members);
    look(before, snapshotOf(cluster), event, named);
  }
  return cluster;
}

interface Snapshot {
  readonly serving: number;
  readonly hosts: readonly string[];
  readonly held: readonly string[];
}

function snapshotOf(cluster: GuardedCluster): Snapshot {
  return { serving: cluster.serving(), hosts: cluster.names(), held: cluster.held() };
}

const HISTORY = fc.tuple(SETTINGS, fc.array(EVENT, { maxLength: 40 }));
const RUNS = { numRuns: 400 };

test("whom the source names is a member, each once, whatever is held", () => {
  fc.assert(
    fc.property(HISTORY, ([settings, events]) => {
      run(settings, events, (_before, { hosts, held }, _event, named) => {
        expect(hosts).toEqual(expect.arrayContaining(named.map(({ host }) => host)));
        expect(new Set(hosts).size).toBe(hosts.length);
        expect(hosts).toEqual([...hosts].sort());
        expect(hosts).toEqual(expect.arrayContaining([...held]));
        expect(hosts.length).toBeLessThanOrEqual(named.length + held.length);
      });
    }),
    RUNS,
  );
});

test("removals never leave fewer than min_nodes in service, but for a release", () => {
  fc.assert(
    fc.property(HISTORY, ([settings, events]) => {
      run(settings, events, (before, after, { kind }) => {
        if (kind === "release") return;
        expect(after.serving).toBeGreaterThanOrEqual(Math.min(before.serving, settings.min_nodes));
      });
    }),
    RUNS,
  );
});

test("nobody is left in service only by a release, or where on_empty says so", () => {
  fc.assert(
    fc.property(HISTORY, ([settings, events]) => {
      run({ ...settings, on_empty: "hold" }, events, (before, after, { kind }) => {
        if (kind !== "release") expect(after.serving).toBeGreaterThanOrEqual(Math.min(before.serving, 1));
      });
    }),
    RUNS,
  );
});

test("what the source does not say, and what clocks and restarts do, takes nobody away", () => {
  fc.assert(
    fc.property(HISTORY, ([settings, events]) => {
      run(settings, events, (before, after, { kind }) => {
        if (kind === "lose" || kind === "restart" || kind === "set clock") expect(after.hosts).toEqual(before.hosts);
      });
    }),
    RUNS,
  );
});

test("where the wall clock is set to changes nothing", () => {
  fc.assert(
    fc.property(HISTORY, ([settings, events]) => {
      const noRestarts = events.filter(({ kind }) => kind !== "restart");
      const seen: Snapshot[][] = [noRestarts, noRestarts.filter(({ kind }) => kind !== "set clock")].map((history) => {
        const snapshots: Snapshot[] = [];
        run(settings, history, (_before, after, { kind }) => kind !== "set clock" && snapshots.push(after));
        return snapshots;
      });
      expect(seen[0]).toEqual(seen[1]);
    }),
    RUNS,
  );
});

test("time alone takes away only those that were held, after confirm_after", () => {
  fc.assert(
    fc.property(HISTORY, ([settings, events]) => {
      run(settings, events, (before, after, { kind }) => {
        if (kind !== "advance") return;
        const gone = before.hosts.filter((host) => !after.hosts.includes(host));
        expect(before.held).toEqual(expect.arrayContaining(gone));
        if (settings.confirm_after === "off") expect(gone).toEqual([]);
      });
    }),
    RUNS,
  );
});

test("when all are back nobody is held, whatever happened before", () => {
  fc.assert(
    fc.property(HISTORY, ([settings, events]) => {
      const cluster = run(settings, events, () => undefined);
      const everybody = nodesOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      cluster.answer(everybody);
      expect([cluster.names(), cluster.held()]).toEqual([everybody.map(({ host }) => host), []]);
    }),
    RUNS,
  );
});

test("a replacement that keeps the number passes, at any speed, in any portions", () => {
  const portions = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.nat(2 * MINUTE)), { maxLength: 20 });
  fc.assert(
    fc.property(SETTINGS, portions, (settings, steps) => {
      const cluster = new GuardedCluster(settings);
      let first = 0;
      cluster.answer(nodesOf([0, 1, 2, 3, 4, 5, 6, 7]));
      for (const [portion, ms] of steps) {
        cluster.advance(ms);
        first += portion;
        cluster.answer(Array.from({ length: 8 }, (_, index) => member(first + index)));
        expect(cluster.held()).toEqual([]);
      }
    }),
    RUNS,
  );
});

test("a loss beyond the limit takes nobody away at once", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 200 }),
      fc.nat(200),
      fc.constantFrom(10, 30, 50, 90),
      (count, left, share) => {
        fc.pre((count - left) * 100 > count * share);
        const cluster = new GuardedCluster({ max_removal: `${share}%` });
        cluster.answer(Array.from({ length: count }, (_, index) => member(index)));
        cluster.answer(Array.from({ length: left }, (_, index) => member(index)));
        expect([cluster.names().length, cluster.held().length]).toEqual([count, count - left]);
      },
    ),
    RUNS,
  );
});
