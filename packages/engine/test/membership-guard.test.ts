import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DiscoveryRecord } from "@lighthouse-sd/core";
import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, test } from "vitest";
import type { ClusterSettings } from "../src/config/configuration.js";
import { DrainOverlay } from "../src/drains/drain-overlay.js";
import type { ClusterState } from "../src/membership/cluster-state.js";
import { shownMembers } from "../src/membership/shown-members.js";
import { type FakeDiscovery, fakeDiscovery } from "./support/fake-discovery.js";
import { type MembershipHouse, membershipHouse } from "./support/membership-house.js";
import { goodRecord } from "./support/sample-nodes.js";
import { clusterSettings, configuration, discoverySettings, GUARD } from "./support/settings.js";

const MINUTE = 60_000;
const WEB = recordsOf("web", 10, 1);
const API = recordsOf("api", 10, 101);

interface Site extends MembershipHouse {
  readonly plugin: FakeDiscovery;
  readonly state: (cluster?: string) => ClusterState;
  /** The names of members and of those held, without their port. */
  readonly names: (cluster?: string) => readonly string[];
  readonly held: (cluster?: string) => readonly string[];
  configure(clusters: readonly ClusterSettings[]): void;
}

function recordsOf(name: string, count: number, firstAddress: number): readonly DiscoveryRecord[] {
  return Array.from({ length: count }, (_, index) => goodRecord(`${name}${index}`, `10.0.0.${firstAddress + index}`));
}

/** Cluster web, and others, of one discovery. Another one on its directory goes on where it ended. */
async function site(
  options: {
    readonly clusters?: readonly ClusterSettings[];
    readonly from?: MembershipHouse;
    readonly drained?: readonly string[];
  } = {},
): Promise<Site> {
  const { clusters = [clusterSettings("web")], from, drained = [] } = options;
  const plugin = fakeDiscovery();
  const house = await membershipHouse({
    ...(from && { directory: from.directory, clock: from.clock }),
    drainedIn: () => (node) => drained.includes(node.name),
  });
  const configure = (all: readonly ClusterSettings[]): void => {
    house.membership.apply(configuration({ discoveries: [discoverySettings("source", plugin.plugin)], clusters: all }));
  };
  configure(clusters);
  await eventually(() => expect(plugin.watches).toHaveLength(clusters.length));
  const state = (cluster = "web"): ClusterState => {
    const known = house.membership.state(cluster);
    if (known === undefined) throw new Error(`no cluster ${cluster}`);
    return known;
  };
  const names = (cluster?: string): readonly string[] => state(cluster).nodes?.map(({ host }) => host) ?? [];
  const held = (cluster?: string): readonly string[] => state(cluster).held.map(({ node: { host } }) => host);
  return { ...house, plugin, configure, state, names, held };
}

/** Web with ten nodes for a long time. */
async function settledSite(options: Parameters<typeof site>[0] = {}): Promise<Site> {
  const made = await site(options);
  made.plugin.answer("web", WEB);
  if (made.membership.state("api") !== undefined) made.plugin.answer("api", API);
  await made.clock.advance(10 * MINUTE);
  made.changed.length = 0;
  return made;
}

const TWO = [clusterSettings("api"), clusterSettings("web")];

describe("members that a source no longer names", () => {
  test("all at once: held, told, and back when they are back", async () => {
    const { plugin, names, held, log, changed, state } = await settledSite();
    plugin.answer("web", []);
    expect([names().length, held().length, changed]).toEqual([10, 10, ["web"]]);
    expect(log.saying("10 nodes (web0:80, web1:80, web2:80, web3:80, web4:80 and 5 more) are held")).toEqual([
      expect.stringMatching(/^warn .*names no node at all.*until: lighthouse-runner release web$/),
    ]);
    plugin.answer("web", WEB);
    expect([names().length, held().length, changed]).toEqual([10, 0, ["web", "web"]]);
    expect(log.saying("back and no longer held")).toHaveLength(1);
    expect(log.saying("left")).toEqual([]);
    expect(log.saying("changed")).toEqual([]);
    expect(state().source).toBe("live");
  });

  test("a loss that time confirms: told, and given to the balancers when it is confirmed", async () => {
    const { plugin, names, log, clock, changed } = await settledSite();
    plugin.answer("web", WEB.slice(0, 4));
    await clock.advance(5 * MINUTE - 1);
    expect([names().length, changed]).toEqual([10, ["web"]]);
    await clock.advance(1);
    expect([names(), changed]).toEqual([
      ["web0", "web1", "web2", "web3"],
      ["web", "web"],
    ]);
    expect(log.saying("let go: the loss has stood for confirm_after")).toHaveLength(1);
    expect(clock.waiting()).toBeLessThanOrEqual(2);
  });

  test("time confirms nothing while the source does not answer", async () => {
    const { plugin, names, clock } = await settledSite();
    plugin.answer("web", WEB.slice(0, 4));
    plugin.watch("web").watcher.lost(new Error("down"));
    await clock.advance(60 * MINUTE);
    expect(names()).toHaveLength(10);
    plugin.answer("web", WEB.slice(0, 4));
    expect(names()).toHaveLength(10);
    await clock.advance(5 * MINUTE);
    expect(names()).toHaveLength(4);
  });

  test("a release lets them go at once, to nothing if need be; what comes later is judged anew", async () => {
    const { plugin, membership, names, held, log } = await settledSite();
    plugin.answer("web", []);
    membership.release("web");
    expect([names(), held()]).toEqual([[], []]);
    expect(log.saying("left")).toHaveLength(1);
    plugin.answer("web", WEB.slice(0, 2));
    plugin.answer("web", []);
    expect([names().length, held().length]).toEqual([2, 2]);
  });

  test("a release counts while the source does not answer, too", async () => {
    const { plugin, membership, names, state } = await settledSite();
    plugin.answer("web", WEB.slice(0, 3));
    plugin.watch("web").watcher.lost(new Error("down"));
    membership.release("web");
    expect([names().length, state().source]).toEqual([3, "lost"]);
  });

  test("a guard that allows more lets them go at once", async () => {
    const { plugin, configure, names } = await settledSite();
    plugin.answer("web", WEB.slice(0, 3));
    expect(names()).toHaveLength(10);
    configure([clusterSettings("web", { guard: { ...GUARD, max_removal: "80%" } })]);
    expect(names()).toHaveLength(3);
  });

  test("a shorter confirm_after counts from when they were missing", async () => {
    const { plugin, configure, names, clock } = await settledSite();
    plugin.answer("web", WEB.slice(0, 3));
    await clock.advance(2 * MINUTE);
    configure([clusterSettings("web", { guard: { ...GUARD, confirm_after: "3m" } })]);
    await clock.advance(MINUTE);
    expect(names()).toHaveLength(3);
  });

  test("those that an operator has drained here do not count as left", async () => {
    const { plugin, held } = await settledSite({ drained: ["web0:80", "web1:80", "web2:80"] });
    plugin.answer("web", WEB.slice(0, 8));
    expect(held()).toEqual([]);
    plugin.answer("web", WEB.slice(0, 5));
    expect(held()).toHaveLength(3);
  });

  test("records that turn bad stand, and count as lost for the others", async () => {
    const { plugin, names, held } = await settledSite();
    const bad = WEB.map((record, index) => (index < 4 ? { ...record, value: "broken by a release" } : record));
    plugin.answer("web", bad);
    expect([names().length, held()]).toEqual([10, []]);
    plugin.answer("web", bad.slice(0, 8));
    expect([names().length, held().length]).toEqual([10, 2]);
  });

  test("a cluster that moves to another discovery keeps its members until that one has as many", async () => {
    const { plugin, membership, names, held, clock } = await settledSite();
    const other = fakeDiscovery();
    membership.apply(
      configuration({
        discoveries: [discoverySettings("source", plugin.plugin), discoverySettings("other", other.plugin)],
        clusters: [clusterSettings("web", { discovery: "other" })],
      }),
    );
    await eventually(() => expect(other.watches).toHaveLength(1));
    other.answer("web", []);
    expect(names()).toHaveLength(10);
    await clock.advance(60 * MINUTE);
    expect(names()).toHaveLength(10);
    other.answer("web", WEB.slice(0, 9));
    expect([names()?.length, held()?.length]).toEqual([10, 1]);
    other.answer("web", WEB);
    expect([names()?.length, held()?.length]).toEqual([10, 0]);
  });
});

describe("balancers are shown whether members are held", () => {
  test("while they are, also while the source does not answer", async () => {
    const { plugin, membership, state, changed } = await settledSite();
    const shown = (): object => shownMembers("web", state(), new DrainOverlay(), []);
    const nodes = state().nodes;
    expect(shown()).toEqual({ nodes, live: true });
    plugin.answer("web", []);
    expect(shown()).toEqual({ nodes, live: false, held: true });
    plugin.watch("web").watcher.lost(new Error("down"));
    expect(shown()).toEqual({ nodes, live: false, held: true });
    changed.length = 0;
    membership.release("web");
    expect(shown()).toEqual({ nodes: [], live: false });
    expect(changed).toEqual(["web"]);
  });
});

describe("two clusters of one discovery that lose too many within one window", () => {
  test("are both held until they return or are released: time alone lets nobody go", async () => {
    const { plugin, names, held, log, clock, membership } = await settledSite({ clusters: TWO });
    plugin.answer("web", WEB.slice(0, 3));
    await clock.advance(30_000);
    plugin.answer("api", API.slice(0, 3));
    await clock.advance(60 * MINUTE);
    expect([names("web").length, names("api").length]).toEqual([10, 10]);
    expect(log.saying("the discovery is suspected, and time alone lets nobody go")).toHaveLength(2);
    plugin.answer("web", WEB.slice(0, 6));
    expect([names("web").length, held("web")]).toEqual([6, []]);
    membership.release("api");
    expect([names("api").length, held("api")]).toEqual([3, []]);
  });

  test("one after the other, further apart than a window, are not", async () => {
    const { plugin, names, clock } = await settledSite({ clusters: TWO });
    plugin.answer("web", WEB.slice(0, 3));
    await clock.advance(2 * MINUTE);
    plugin.answer("api", API.slice(0, 3));
    await clock.advance(10 * MINUTE);
    expect([names("web").length, names("api").length]).toEqual([3, 3]);
  });

  test("a cluster that loses few at the same time is not affected", async () => {
    const { plugin, names, clock } = await settledSite({ clusters: TWO });
    plugin.answer("web", WEB.slice(0, 3));
    plugin.answer("api", API.slice(0, 8));
    await clock.advance(6 * MINUTE);
    expect([names("web").length, names("api").length]).toEqual([3, 8]);
  });
});

describe("a held node whose address another cluster takes over", () => {
  const TAKEN = goodRecord("api99", "10.0.0.1");

  test("is dropped at once", async () => {
    const { plugin, names, held, log } = await settledSite({ clusters: TWO });
    plugin.answer("web", []);
    plugin.answer("api", [...API, TAKEN]);
    expect([names("web").length, held("web").length]).toEqual([9, 9]);
    expect(names("web")).not.toContain("web0");
    expect(log.saying("cluster api has taken over their address")).toHaveLength(1);
  });

  test("likewise when the other cluster was a moment earlier", async () => {
    const { plugin, names, clock } = await settledSite({ clusters: TWO });
    plugin.answer("api", [...API, TAKEN]);
    await clock.advance(10_000);
    expect(names("web")).toHaveLength(10);
    plugin.answer("web", []);
    expect(names("web")).toHaveLength(9);
  });

  test("one that has been in both for long stays in both", async () => {
    const { plugin, names, clock } = await settledSite({ clusters: TWO });
    plugin.answer("api", [...API, TAKEN]);
    await clock.advance(10 * MINUTE);
    plugin.answer("web", []);
    expect(names("web")).toHaveLength(10);
  });

  test("a cluster that is new here and shares its members takes nothing over", async () => {
    const { plugin, names, configure } = await settledSite();
    configure(TWO);
    await eventually(() => expect(plugin.watches).toHaveLength(2));
    plugin.answer("api", WEB);
    plugin.answer("web", []);
    expect(names("web")).toHaveLength(10);
  });

  test("the last one too: better nobody than another service", async () => {
    const { plugin, names, held } = await site({ clusters: TWO });
    plugin.answer("web", WEB.slice(0, 1));
    plugin.answer("api", API);
    plugin.answer("web", []);
    plugin.answer("api", [...API, TAKEN]);
    expect([names("web"), held("web")]).toEqual([[], []]);
  });
});

describe("a restart", () => {
  async function heldSite(named: number): Promise<Site> {
    const made = await settledSite();
    made.plugin.answer("web", WEB.slice(0, named));
    await made.clock.advance(MINUTE);
    await made.membership.stop();
    return made;
  }

  test("those held are still held, since when they were, with the source down and up again", async () => {
    const before = await heldSite(4);
    const { plugin, names, held, state, clock } = await site({ from: before });
    plugin.watch("web").watcher.lost(new Error("down"));
    expect([state().source, names().length, held().length]).toEqual(["snapshot", 10, 6]);
    plugin.answer("web", WEB.slice(0, 4));
    expect(state().held.map(({ since }) => since)).toEqual(before.state().held.map(({ since }) => since));
    await clock.advance(5 * MINUTE);
    expect(names()).toHaveLength(4);
  });

  test("a source that answers at once: the time held before counts", async () => {
    const { plugin, names, clock } = await site({ from: await heldSite(4) });
    plugin.answer("web", WEB.slice(0, 4));
    await clock.advance(4 * MINUTE - 1);
    expect(names()).toHaveLength(10);
    await clock.advance(1);
    expect(names()).toHaveLength(4);
  });

  test("a registry that is empty after the restart: what was remembered is held", async () => {
    const before = await settledSite();
    await before.membership.stop();
    const { plugin, names, held } = await site({ from: before });
    plugin.answer("web", []);
    expect([names().length, held().length]).toEqual([10, 10]);
  });

  test("a remembered list without a guard is what the first answer is judged by", async () => {
    const before = await settledSite();
    await before.membership.stop();
    const path = join(before.directory, "web.snapshot");
    const [, body = ""] = (await readFile(path, "utf8")).split("\n");
    const { guard: _guard, ...rest } = JSON.parse(body);
    const text = JSON.stringify(rest);
    await writeFile(path, `${createHash("sha256").update(text).digest("hex")}\n${text}\n`);
    const { plugin, names, held } = await site({ from: before });
    plugin.answer("web", WEB.slice(0, 4));
    expect([names().length, held().length]).toEqual([10, 6]);
  });

  test("nothing is remembered of those that were released", async () => {
    const before = await settledSite();
    before.plugin.answer("web", WEB.slice(0, 2));
    before.membership.release("web");
    await before.membership.stop();
    const { plugin, names } = await site({ from: before });
    plugin.watch("web").watcher.lost(new Error("down"));
    expect(names()).toEqual(["web0", "web1"]);
  });

  test("a clock that jumps confirms nothing", async () => {
    const made = await settledSite();
    made.plugin.answer("web", WEB.slice(0, 4));
    made.clock.setTo(made.clock.now() + 48 * 60 * MINUTE);
    made.plugin.answer("web", WEB.slice(0, 4));
    await made.clock.advance(5 * MINUTE - 1);
    expect(made.names()).toHaveLength(10);
    await made.clock.advance(1);
    expect(made.names()).toHaveLength(4);
  });
});

test("a change of one node costs no timer and says nothing of the guard", async () => {
  const { plugin, clock, log } = await settledSite();
  const waiting = clock.waiting();
  plugin.answer("web", WEB.slice(1));
  plugin.answer("web", WEB);
  expect(clock.waiting() - waiting).toBeLessThanOrEqual(1);
  expect(log.saying("held")).toEqual([]);
});
