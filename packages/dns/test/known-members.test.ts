import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Found, Member } from "../src/find-members.js";
import { KnownMembers } from "../src/known-members.js";

const LIFETIMES = { minTtlMs: 5000, maxTtlMs: 60_000, keepMs: 0 };

function member(ip: string, ttl = 30, host?: string): Member {
  return { host, ip, port: 80, priority: 0, weight: 0, ttl };
}

function answer(...members: readonly Member[]): Found {
  return { members, unplaced: [], noneTtl: undefined };
}

function nobody(noneTtl?: number): Found {
  return { members: [], unplaced: [], noneTtl };
}

function ips(known: KnownMembers): readonly string[] {
  return known.members.map(({ ip }) => ip);
}

describe("what an answer no longer names", () => {
  test("stays until its TTL has ended, and leaves with the next answer", () => {
    const known = new KnownMembers(LIFETIMES);
    known.see(answer(member("a"), member("b")), 0);
    known.see(answer(member("b")), 15_000);
    expect(ips(known)).toEqual(["a", "b"]);
    known.see(answer(member("b")), 29_999);
    expect(ips(known)).toEqual(["a", "b"]);
    known.see(answer(member("b")), 30_000);
    expect(ips(known)).toEqual(["b"]);
  });

  test("stays for as long as it is to be kept", () => {
    const known = new KnownMembers({ ...LIFETIMES, keepMs: 120_000 });
    known.see(answer(member("a", 0)), 0);
    known.see(answer(member("b", 0)), 119_999);
    expect(ips(known)).toEqual(["a", "b"]);
    known.see(answer(member("b", 0)), 120_000);
    expect(ips(known)).toEqual(["b"]);
  });

  test("leaves at once where the answer is that there is nobody", () => {
    const known = new KnownMembers({ ...LIFETIMES, keepMs: 120_000 });
    known.see(answer(member("a")), 0);
    known.see(nobody(), 1);
    expect(ips(known)).toEqual([]);
  });
});

describe("it is asked again", () => {
  test.each<readonly [string, Found, number]>([
    ["half-way through the shortest TTL", answer(member("a", 40), member("b", 20)), 10_000],
    ["not more often than twice within the least", answer(member("a", 0)), 2500],
    ["at the latest half-way through the longest", answer(member("a", 86_400)), 30_000],
    ["by the zone's time where there is nobody", nobody(20), 10_000],
    ["soon where nobody says", nobody(), 2500],
  ])("%s", (_case, found, againMs) => {
    const known = new KnownMembers(LIFETIMES);
    known.see(found, 1000);
    expect(known.againMs).toBe(againMs);
  });

  test("when one ends that is no longer named", () => {
    const known = new KnownMembers(LIFETIMES);
    known.see(answer(member("a", 20), member("b", 60)), 0);
    known.see(answer(member("b", 60)), 10_000);
    expect(known.againMs).toBe(10_000);
  });
});

test("a member without a place now keeps the one that was known, and one without any is told of", () => {
  const known = new KnownMembers(LIFETIMES);
  known.see(answer(member("a", 30, "app1"), member("b", 30, "app2")), 0);
  const unplaced = [
    { host: "app1", port: 80, reason: "no address", ttl: 30 },
    { host: "app3", port: 80, reason: "no address", ttl: 30 },
  ];
  for (const now of [20_000, 40_000, 60_000]) {
    known.see({ members: [member("b", 30, "app2")], unplaced, noneTtl: undefined }, now);
    expect(ips(known)).toEqual(["a", "b"]);
    expect(known.unplaced.map(({ host }) => host)).toEqual(["app3"]);
  }
});

test("whatever is answered and when: all that the newest answer names are there, and nobody beyond the lifetime", () => {
  const step = fc.record({ after: fc.nat(40_000), named: fc.subarray(["a", "b", "c", "d"]), ttl: fc.nat(90) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const known = new KnownMembers(LIFETIMES);
      const ends = new Map<string, number>();
      let now = 0;
      for (const { after, named, ttl } of steps) {
        now += after;
        known.see(named.length === 0 ? nobody() : answer(...named.map((ip) => member(ip, ttl))), now);
        if (named.length === 0) ends.clear();
        for (const ip of named) ends.set(ip, now + Math.min(60_000, Math.max(5000, ttl * 1000)));
        const wanted = [...ends].filter(([ip, end]) => named.includes(ip) || end > now).map(([ip]) => ip);
        for (const ip of [...ends.keys()]) if (!wanted.includes(ip)) ends.delete(ip);
        expect([...ips(known)].sort()).toEqual(wanted.sort());
        expect(known.againMs).toBeGreaterThanOrEqual(2500);
        expect(known.againMs).toBeLessThanOrEqual(30_000);
      }
    }),
  );
});
