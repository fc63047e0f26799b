import { describe, expect, test } from "vitest";
import type { GuardSettings } from "../src/config/configuration.js";
import { fleet, GuardedCluster, member } from "./support/guarded-cluster.js";

const MINUTE = 60_000;

/** A cluster that has had `count` nodes for a long time. */
function settled(count: number, settings: Partial<GuardSettings> = {}): GuardedCluster {
  const cluster = new GuardedCluster(settings);
  cluster.answer(fleet(count));
  cluster.advance(10 * MINUTE);
  return cluster;
}

describe("an answer that names fewer nodes", () => {
  test.each<[string, number, Partial<GuardSettings>, number, number, number]>([
    // before, settings, named after; members after, held after
    ["a few", 10, {}, 8, 8, 0],
    ["half, which is not more than half", 10, {}, 5, 5, 0],
    ["more than half", 10, {}, 4, 10, 6],
    ["more than 30%", 10, { max_removal: "30%" }, 6, 10, 4],
    ["30% and not more", 10, { max_removal: "30%" }, 7, 7, 0],
    ["more than two", 10, { max_removal: 2 }, 7, 10, 3],
    ["two and not more", 10, { max_removal: 2 }, 8, 8, 0],
    ["any, where none may be lost", 10, { max_removal: 0 }, 9, 10, 1],
    ["all but one, where all may be lost", 10, { max_removal: "100%" }, 1, 1, 0],
    ["all", 10, {}, 0, 10, 10],
    ["all, where all may be lost at once", 10, { max_removal: "100%" }, 0, 10, 10],
    ["all, where empty means empty", 10, { on_empty: "empty" }, 0, 0, 0],
    ["all but one, where empty means empty", 10, { on_empty: "empty" }, 1, 10, 9],
    ["all, where empty means empty down to min_nodes", 10, { on_empty: "empty", min_nodes: 3 }, 0, 3, 3],
    ["the only one", 1, {}, 0, 1, 1],
    ["below min_nodes", 10, { min_nodes: 8, max_removal: "90%" }, 6, 8, 2],
    ["exactly min_nodes", 10, { min_nodes: 8, max_removal: "90%" }, 8, 8, 0],
    ["below a min_nodes that it never had", 3, { min_nodes: 5 }, 2, 3, 1],
    ["below min_nodes and too many at once", 10, { min_nodes: 8 }, 4, 10, 6],
  ])("%s", (_name, before, settings, named, members, held) => {
    const cluster = settled(before, settings);
    cluster.answer(fleet(named));
    expect([cluster.names().length, cluster.held().length]).toEqual([members, held]);
    expect(cluster.names()).toEqual(expect.arrayContaining(fleet(named).map(({ host }) => host)));
  });

  test.each<[string, number, Partial<GuardSettings>, string]>([
    ["all", 0, {}, "the source names no node at all, and on_empty is hold"],
    ["a share", 4, {}, "6 of 10 nodes (60%) were lost within 60s, and max_removal is 50%"],
    ["a count", 4, { max_removal: 3, window: 90 }, "6 of 10 nodes were lost within 90s, and max_removal is 3"],
    ["a floor", 6, { min_nodes: 8 }, "only 6 would be left in service, and min_nodes is 8"],
  ])("is held with its reason: %s", (_name, named, settings, reason) => {
    const cluster = settled(10, settings);
    cluster.answer(fleet(named));
    expect(new Set(cluster.admission.held.map((entry) => entry.reason))).toEqual(new Set([reason]));
  });

  test("the first answer ever is believed, an empty one too", () => {
    const cluster = new GuardedCluster();
    cluster.answer([]);
    expect(cluster.names()).toEqual([]);
    cluster.answer(fleet(10));
    expect(cluster.names()).toHaveLength(10);
  });

  test("bit by bit within a window is one loss; over many windows it is none", () => {
    const [fast, slow] = [settled(10), settled(10)];
    for (let left = 9; left >= 1; left--) {
      fast.advance(1000);
      fast.answer(fleet(left));
      slow.advance(2 * MINUTE);
      slow.answer(fleet(left));
    }
    expect(fast.names()).toEqual(fleet(5).map(({ host }) => host));
    expect(slow.names()).toEqual(["app0000"]);
  });
});

describe("replacement", () => {
  test.each([
    ["one after the other, the new one first", (step: number) => [step, 11]],
    ["one after the other, the old one first", (step: number) => [step + 1, 9]],
  ])("of every node, %s, passes", (_name, window) => {
    const cluster = settled(10);
    for (let step = 0; step <= 20; step++) {
      const [first = 0, count = 0] = window(step);
      cluster.advance(2000);
      cluster.answer(fleet(count, { first }));
      expect(cluster.held()).toEqual([]);
      cluster.answer(fleet(10, { first: step + 1 }));
      expect(cluster.held()).toEqual([]);
    }
    expect(cluster.names()).toEqual(fleet(10, { first: 21 }).map(({ host }) => host));
  });

  test.each(["50%", "10%", "0%"])("of all at once passes, with max_removal %s", (limit) => {
    const cluster = settled(10, { max_removal: limit });
    cluster.answer(fleet(10, { first: 100 }));
    expect([cluster.names(), cluster.held()]).toEqual([fleet(10, { first: 100 }).map(({ host }) => host), []]);
  });

  test("blue to green within a window passes, with max_removal 10%", () => {
    const cluster = settled(10, { max_removal: "10%" });
    cluster.answer([...fleet(10), ...fleet(10, { first: 100 })]);
    cluster.advance(30_000);
    cluster.answer(fleet(10, { first: 100 }));
    expect([cluster.names().length, cluster.held()]).toEqual([10, []]);
  });

  test("the only node by another one passes, before and after", () => {
    const cluster = settled(1);
    cluster.answer([]);
    expect(cluster.names()).toEqual(["app0000"]);
    cluster.answer([member(1)]);
    expect([cluster.names(), cluster.held()]).toEqual([["app0001"], []]);
  });

  test("a node that moves to another address does not leave", () => {
    const cluster = settled(3, { max_removal: 0 });
    const moved = fleet(3).map((node) => ({ ...node, ip: node.ip.replace("10.0.", "10.9.") }));
    cluster.answer(moved);
    expect(cluster.admission.nodes).toEqual(moved);
  });

  test("a node that is called something else does not leave", () => {
    const cluster = settled(3, { max_removal: 0 });
    const renamed = fleet(3).map((node) => ({ ...node, host: `x${node.host}`, name: `x${node.name}` }));
    cluster.answer(renamed);
    expect(cluster.admission.nodes).toEqual(renamed);
  });
});

describe("drained and quarantined nodes count as leaving", () => {
  test("drains beyond the limit are held: the nodes stay in service", () => {
    const cluster = settled(10);
    cluster.answer([...fleet(4), ...fleet(6, { first: 4, drained: true })]);
    expect([cluster.serving(), cluster.held().length, cluster.names().length]).toEqual([10, 6, 10]);
    cluster.answer([...fleet(5), ...fleet(5, { first: 5, drained: true })]);
    expect([cluster.serving(), cluster.held().length, cluster.names().length]).toEqual([5, 0, 10]);
  });

  test("the last one in service is not drained", () => {
    const cluster = settled(1);
    cluster.answer(fleet(1, { drained: true }));
    expect([cluster.serving(), cluster.admission.held[0]?.reason]).toEqual([
      1,
      "none of the 1 nodes named is in service, and on_empty is hold",
    ]);
  });

  test("a node that was drained may leave, whatever else is lost: it was no capacity", () => {
    const cluster = settled(4, { max_removal: "25%" });
    cluster.answer([...fleet(3), member(3, true)]);
    cluster.advance(5 * MINUTE);
    cluster.answer(fleet(3));
    expect([cluster.names().length, cluster.held()]).toEqual([3, []]);
  });

  test("of an answer that is not believed nobody leaves, the drained ones neither", () => {
    const cluster = settled(4);
    cluster.answer([...fleet(3), member(3, true)]);
    cluster.answer([]);
    expect([cluster.names().length, cluster.held().length]).toEqual([4, 4]);
  });

  test("records that have turned bad make what is left smaller", () => {
    const cluster = settled(10);
    cluster.quarantined = 3;
    cluster.answer(fleet(7));
    expect(cluster.held()).toHaveLength(3);
    cluster.quarantined = 2;
    cluster.answer(fleet(7));
    expect(cluster.held()).toEqual([]);
  });

  test("so do those that an operator has drained on this host", () => {
    const cluster = settled(10);
    cluster.drainedByHand = new Set(fleet(3).map(({ name }) => name));
    cluster.answer(fleet(7));
    expect(cluster.held()).toHaveLength(3);
  });
});

describe("nodes that are held", () => {
  test("come back one by one, and the others go with the loss that is within the limit again", () => {
    const cluster = settled(10);
    cluster.answer(fleet(1));
    for (const back of [2, 3, 4]) {
      cluster.answer(fleet(back));
      expect([cluster.names().length, cluster.held().length]).toEqual([10, 10 - back]);
    }
    cluster.answer(fleet(5));
    expect([cluster.names().length, cluster.held()]).toEqual([5, []]);
  });

  test("stay although others come, until those make up for the loss", () => {
    const cluster = settled(10);
    cluster.answer([]);
    cluster.answer(fleet(4, { first: 100 }));
    expect([cluster.names().length, cluster.held().length]).toEqual([14, 10]);
    cluster.answer(fleet(9, { first: 100 }));
    expect([cluster.names().length, cluster.held().length]).toEqual([19, 10]);
    cluster.answer(fleet(10, { first: 100 }));
    expect([cluster.names().length, cluster.held().length]).toEqual([10, 0]);
  });

  test("stay while an emptied source fills again, however few are missing, until all are back", () => {
    const cluster = settled(10, { max_removal: "100%" });
    cluster.answer([]);
    for (let back = 1; back < 10; back++) {
      cluster.advance(MINUTE);
      cluster.answer(fleet(back));
      expect([cluster.names().length, cluster.held().length]).toEqual([10, 10 - back]);
    }
    expect(cluster.admission.held[0]?.reason).toBe("the source named no node, and 9 of 10 are back");
    cluster.answer(fleet(10));
    expect(cluster.held()).toEqual([]);
  });

  test("stay until all are back, those that had just come too, when the source was emptied", () => {
    const cluster = new GuardedCluster({});
    cluster.answer(fleet(1));
    cluster.answer(fleet(4));
    cluster.answer([]);
    cluster.answer(fleet(3));
    expect([cluster.names().length, cluster.held().length]).toEqual([4, 1]);
  });

  test("stay although others come while an emptied source fills again: those take nobody's place", () => {
    const cluster = settled(10);
    cluster.answer([]);
    cluster.answer([...fleet(8), ...fleet(5, { first: 100 })]);
    expect([cluster.names().length, cluster.held().length]).toEqual([15, 2]);
    expect(cluster.admission.held[0]?.reason).toBe("the source named no node, and 8 of 10 are back");
    cluster.answer([...fleet(10), ...fleet(5, { first: 100 })]);
    expect([cluster.names().length, cluster.held().length]).toEqual([15, 0]);
  });

  test("go where an emptied source has filled again and those have stayed away for confirm_after since", () => {
    const cluster = settled(10, { confirm_after: "5m" });
    cluster.answer([]);
    cluster.advance(60 * MINUTE);
    cluster.answer(fleet(7));
    cluster.advance(4 * MINUTE);
    expect(cluster.held()).toHaveLength(3);
    cluster.advance(MINUTE);
    expect([cluster.names().length, cluster.held()]).toEqual([7, []]);
  });

  test("do not raise the measure that others have to reach", () => {
    const cluster = settled(10, { confirm_after: "off" });
    cluster.answer([]);
    cluster.answer(fleet(4, { first: 100 }));
    cluster.advance(30 * MINUTE);
    cluster.answer(fleet(10, { first: 100 }));
    expect([cluster.names().length, cluster.held().length]).toEqual([10, 0]);
  });

  test("keep the moment since when they are held", () => {
    const cluster = settled(10);
    cluster.answer(fleet(4));
    const since = cluster.admission.held[0]?.since;
    cluster.advance(MINUTE);
    cluster.answer(fleet(3));
    const [newest, ...others] = [...cluster.admission.held];
    expect(newest?.since).toBe((since ?? 0) + MINUTE);
    expect(new Set(others.map((entry) => entry.since))).toEqual(new Set([since]));
  });

  test("the same answer again is no change", () => {
    const cluster = settled(10);
    cluster.answer(fleet(4));
    const { nodes } = cluster.admission;
    cluster.answer(nodes.slice(0, 4));
    expect(cluster.admission.nodes).toBe(nodes);
  });

  test("give their name to whoever has it now, and are named by their address", () => {
    const cluster = settled(0);
    const [low, high] = [
      { ...member(1), name: "app:80", host: "app" },
      { ...member(2), name: "10.0.0.2:80", host: "app" },
    ];
    cluster.answer([low, high]);
    cluster.advance(10 * MINUTE);
    const renamed = { ...high, name: "app:80" };
    const strict = new GuardedCluster({ max_removal: 0 });
    strict.answer([low, high]);
    strict.answer([renamed]);
    expect(strict.admission.nodes.map(({ name, ip }) => `${name}@${ip}`)).toEqual([
      "10.0.0.1:80@10.0.0.1",
      "app:80@10.0.0.2",
    ]);
  });
});

describe("time", () => {
  test("confirms a loss that stands for confirm_after, and what is left is the new measure", () => {
    const cluster = settled(10);
    cluster.answer(fleet(4));
    cluster.advance(5 * MINUTE - 1);
    expect(cluster.names()).toHaveLength(10);
    cluster.advance(1);
    expect([cluster.names().length, cluster.held()]).toEqual([4, []]);
    cluster.answer(fleet(2));
    expect(cluster.names()).toHaveLength(2);
  });

  test("never confirms below min_nodes: those named last stay", () => {
    const cluster = settled(10, { min_nodes: 6 });
    cluster.answer(fleet(4));
    cluster.advance(MINUTE);
    cluster.answer(fleet(3));
    cluster.advance(20 * MINUTE);
    expect([cluster.names().length, cluster.held().length]).toEqual([6, 3]);
    expect(cluster.held()).toContain("app0003");
  });

  test("never confirms to nothing", () => {
    const cluster = settled(10);
    cluster.answer([]);
    cluster.advance(600 * MINUTE);
    expect(cluster.names()).toHaveLength(10);
  });

  test("does not confirm where confirm_after is off", () => {
    const cluster = settled(10, { confirm_after: "off" });
    cluster.answer(fleet(1));
    cluster.advance(600 * MINUTE);
    expect(cluster.names()).toHaveLength(10);
  });

  test("begins anew when a source that was empty names somebody: the others may be on their way", () => {
    const cluster = settled(10);
    cluster.answer([]);
    cluster.advance(30 * MINUTE);
    cluster.answer(fleet(1));
    cluster.advance(5 * MINUTE - 1);
    expect(cluster.names()).toHaveLength(10);
    cluster.answer(fleet(2));
    cluster.advance(5 * MINUTE - 1);
    expect(cluster.names()).toHaveLength(10);
    cluster.advance(1);
    expect(cluster.names()).toHaveLength(2);
  });

  test("does not run while the source does not answer", () => {
    const cluster = settled(10);
    cluster.answer(fleet(4));
    cluster.lose();
    cluster.advance(60 * MINUTE);
    expect(cluster.names()).toHaveLength(10);
    cluster.answer(fleet(4));
    cluster.advance(5 * MINUTE - 1);
    expect(cluster.names()).toHaveLength(10);
    cluster.advance(1);
    expect(cluster.names()).toHaveLength(4);
  });

  test("counts for each node from when it was missing", () => {
    const cluster = settled(10, { max_removal: "10%" });
    cluster.answer(fleet(6));
    cluster.advance(4 * MINUTE);
    cluster.answer(fleet(3));
    cluster.advance(MINUTE);
    expect([cluster.names().length, cluster.held().length]).toEqual([6, 3]);
    cluster.advance(4 * MINUTE);
    expect([cluster.names().length, cluster.held().length]).toEqual([3, 0]);
  });

  test("is not what somebody sets the clock to", () => {
    const cluster = settled(10);
    cluster.answer(fleet(4));
    cluster.clockSetBy = 48 * 60 * MINUTE;
    cluster.answer(fleet(4));
    cluster.advance(5 * MINUTE - 1);
    expect(cluster.names()).toHaveLength(10);
    cluster.clockSetBy = -48 * 60 * MINUTE;
    cluster.advance(1);
    expect(cluster.names()).toHaveLength(4);
  });
});

describe("a release", () => {
  test.each([
    ["of all", 0],
    ["of a part", 4],
  ])("%s makes what the source names the members, and the new measure", (_name, named) => {
    const cluster = settled(10, { min_nodes: 6 });
    cluster.answer(fleet(named));
    cluster.release();
    expect([cluster.names().length, cluster.held()]).toEqual([named, []]);
    cluster.answer(fleet(named));
    expect(cluster.held()).toEqual([]);
  });
});

describe("a restart", () => {
  test("knows what is normal, who is held and since when", () => {
    const cluster = settled(10);
    cluster.answer(fleet(4));
    const { held } = cluster.admission;
    cluster.restart(2 * MINUTE);
    cluster.answer(fleet(4));
    expect(cluster.names()).toHaveLength(10);
    expect(cluster.admission.held).toEqual(held);
    cluster.advance(3 * MINUTE - 1);
    expect(cluster.names()).toHaveLength(10);
    cluster.advance(1);
    expect(cluster.names()).toHaveLength(4);
  });

  test("holds what was lost while no process ran", () => {
    const cluster = settled(10);
    cluster.restart(MINUTE);
    cluster.answer([]);
    expect([cluster.names().length, cluster.held().length]).toEqual([10, 10]);
  });

  test("watches for a window before time confirms what nobody has watched", () => {
    const cluster = settled(10);
    cluster.answer(fleet(4));
    cluster.restart(60 * MINUTE);
    cluster.answer(fleet(4));
    cluster.advance(MINUTE - 1);
    expect(cluster.names()).toHaveLength(10);
    cluster.advance(1);
    expect(cluster.names()).toHaveLength(4);
  });

  test("does not take a clock that was set back for anything", () => {
    const cluster = settled(10);
    cluster.answer(fleet(4));
    cluster.clockSetBy = -48 * 60 * MINUTE;
    cluster.restart();
    cluster.answer(fleet(4));
    expect(cluster.names()).toHaveLength(10);
    cluster.advance(5 * MINUTE);
    expect(cluster.names()).toHaveLength(4);
  });
});
