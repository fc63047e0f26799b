import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, test } from "vitest";
import { fakeDiscovery } from "./support/fake-discovery.js";
import { ManualClock, settle } from "./support/manual-clock.js";
import { membershipHouse, temporaryDirectory } from "./support/membership-house.js";
import { goodRecord, shown } from "./support/sample-nodes.js";
import { clusterSettings, configuration, discoverySettings } from "./support/settings.js";

const HOUR = 3_600_000;
const [A, B, C] = [goodRecord("a", "10.0.0.1"), goodRecord("b", "10.0.0.2"), goodRecord("c", "10.0.0.3")];

function oneCluster(plugin: unknown, more: object = {}): ReturnType<typeof configuration> {
  return configuration({
    discoveries: [discoverySettings("source", plugin)],
    clusters: [clusterSettings("web", more)],
  });
}

async function running(plugin: ReturnType<typeof fakeDiscovery>, directory?: string, clock?: ManualClock) {
  const house = await membershipHouse({ ...(directory && { directory }), ...(clock && { clock }) });
  house.membership.apply(oneCluster(plugin.plugin));
  await eventually(() => expect(plugin.watches.length).toBeGreaterThan(0));
  const nodes = (): readonly string[] | null => shown(house.membership.state("web")?.nodes ?? null);
  const source = (): string | undefined => house.membership.state("web")?.source;
  return { ...house, nodes, source };
}

describe("a cluster's source", () => {
  test("waiting, live, lost, live again: nobody leaves while it does not answer", async () => {
    const plugin = fakeDiscovery();
    const { nodes, source, log } = await running(plugin);
    expect([source(), nodes()]).toEqual(["waiting", null]);
    plugin.answer("web", [A, B]);
    expect([source(), nodes()]).toEqual(["live", ["a:80@10.0.0.1", "b:80@10.0.0.2"]]);
    plugin.watch("web").watcher.lost(new Error("connection refused"));
    expect([source(), nodes()]).toEqual(["lost", ["a:80@10.0.0.1", "b:80@10.0.0.2"]]);
    plugin.answer("web", [A]);
    expect([source(), nodes()]).toEqual(["live", ["a:80@10.0.0.1"]]);
    expect(log.saying("connection refused")).toHaveLength(1);
    expect(log.saying("answers again")).toHaveLength(1);
    expect(log.saying("b:80 left")).toHaveLength(1);
  });

  test("an empty live answer is an answer, not silence", async () => {
    const plugin = fakeDiscovery();
    const { nodes, source } = await running(plugin);
    plugin.answer("web", []);
    expect([source(), nodes()]).toEqual(["live", []]);
  });

  test("the same answer again is no change", async () => {
    const plugin = fakeDiscovery();
    const { changed, membership } = await running(plugin);
    plugin.answer("web", [A, B]);
    const state = membership.state("web");
    changed.length = 0;
    plugin.answer("web", [B, A]);
    plugin.answer("web", [A, B]);
    expect(membership.state("web")?.nodes).toBe(state?.nodes);
    expect(changed).toEqual([]);
  });

  test("each thing is logged once, however often it is said", async () => {
    const plugin = fakeDiscovery();
    const { log } = await running(plugin);
    for (let times = 0; times < 5; times++) plugin.watch("web").watcher.lost(new Error("down"));
    for (let times = 0; times < 5; times++) plugin.answer("web", [A, { source: "bad", value: "x" }]);
    expect(log.saying("down")).toHaveLength(1);
    expect(log.saying("quarantined")).toHaveLength(1);
  });
});

describe("a watch that goes wrong", () => {
  test.each<[string, (watch: ReturnType<ReturnType<typeof fakeDiscovery>["watch"]>) => unknown, string]>([
    ["rejects", () => undefined, "boom"],
    [
      "throws at once",
      () => {
        throw new Error("boom");
      },
      "boom",
    ],
    ["ends by itself", () => Promise.resolve(), "ended by itself"],
    ["returns nonsense", () => 7, "ended by itself"],
  ])("%s: its cluster is lost, and it is started again with back-off", async (name, misbehave, reason) => {
    const plugin = fakeDiscovery();
    const { clock, nodes, source, membership } = await running(plugin);
    plugin.answer("web", [A]);
    if (name === "rejects") plugin.watch("web").fail(new Error("boom"));
    else {
      plugin.onWatch = misbehave;
      plugin.watch("web").fail(new Error("to start it again"));
    }
    await clock.advance(name === "rejects" ? 0 : 500);
    expect([source(), nodes()]).toEqual(["lost", ["a:80@10.0.0.1"]]);
    expect(membership.state("web")?.error).toContain(reason);
    plugin.onWatch = undefined;
    const before = plugin.watches.length;
    await clock.advance(15_000);
    expect(plugin.watches.length).toBe(before + 1);
    plugin.answer("web", [A, B]);
    expect(source()).toBe("live");
  });

  test("it is started again less and less often", async () => {
    const plugin = fakeDiscovery();
    plugin.onWatch = () => Promise.reject(new Error("down"));
    const { clock } = await running(plugin);
    await clock.advance(600_000);
    expect(plugin.watches.length).toBeGreaterThan(15);
    expect(plugin.watches.length).toBeLessThan(35);
  });

  test("nonsense in place of records is reported and takes nobody away", async () => {
    const plugin = fakeDiscovery();
    const { nodes, membership } = await running(plugin);
    plugin.answer("web", [A]);
    (plugin.watch("web").watcher.records as (records: unknown) => void)("everything is fine");
    expect(nodes()).toEqual(["a:80@10.0.0.1"]);
    expect(membership.state("web")?.error).toContain("instead of a list of records");
  });

  test("what it says at once, before its watch has returned, counts", async () => {
    const plugin = fakeDiscovery();
    plugin.onWatch = ({ watcher, signal }) => {
      watcher.records([A]);
      return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    };
    const { source } = await running(plugin);
    expect(source()).toBe("live");
  });

  test("what it says after its abort is ignored", async () => {
    const plugin = fakeDiscovery();
    const { clock, membership, nodes } = await running(plugin);
    const old = plugin.watch("web");
    old.watcher.records([A]);
    membership.apply(oneCluster(plugin.plugin, { discoveryBlock: { other: true } }));
    old.watcher.records([]);
    old.watcher.lost(new Error("late"));
    await clock.advance(0);
    expect(nodes()).toEqual(["a:80@10.0.0.1"]);
    expect(membership.state("web")?.error).not.toContain("late");
  });

  test("one that says nothing is told as silent, and started again without a gap", async () => {
    const plugin = fakeDiscovery();
    const { clock, membership, log } = await running(plugin);
    await clock.advance(29_000);
    expect(membership.state("web")?.error).toBeNull();
    await clock.advance(2000);
    expect(membership.state("web")?.error).toContain("said nothing");
    expect(plugin.watches).toHaveLength(2);
    await clock.advance(2 * HOUR);
    expect(plugin.watches.length).toBeLessThan(20);
    expect(log.saying("said nothing")).toHaveLength(1);
    plugin.answer("web", [A]);
    expect(membership.state("web")?.source).toBe("live");
  });

  test("one that ignores its abort is reported and not doubled", async () => {
    const plugin = fakeDiscovery();
    plugin.onWatch = () => new Promise(() => undefined);
    const { clock, log } = await running(plugin);
    await clock.advance(HOUR);
    expect(plugin.watches).toHaveLength(1);
    expect(log.saying("does not end although its signal has aborted")).toHaveLength(1);
  });

  test("one cluster's trouble is not another's", async () => {
    const plugin = fakeDiscovery();
    plugin.onWatch = (watch) => {
      if (watch.cluster === "bad") throw new Error("boom");
      return new Promise<void>((resolve) => watch.signal.addEventListener("abort", () => resolve()));
    };
    const { membership, clock } = await membershipHouse();
    const clusters = [clusterSettings("bad"), clusterSettings("web")];
    membership.apply(configuration({ discoveries: [discoverySettings("source", plugin.plugin)], clusters }));
    await eventually(() => expect(plugin.watches.some(({ cluster }) => cluster === "web")).toBe(true));
    plugin.answer("web", [A]);
    await clock.advance(10_000);
    expect(membership.state("web")?.source).toBe("live");
    expect(membership.state("bad")?.error).toBe("boom");
  });
});

describe("a discovery's life", () => {
  test("dependencies that are not met: told, tried again, and used once they are", async () => {
    const plugin = fakeDiscovery();
    plugin.onDependencies = async () => {
      throw new Error("zkcli is not installed");
    };
    const { membership, clock } = await membershipHouse();
    membership.apply(oneCluster(plugin.plugin));
    await eventually(() => expect(membership.state("web")?.error).toContain("zkcli is not installed"));
    expect(plugin.calls).toEqual([]);
    plugin.onDependencies = async () => true;
    await clock.advance(5000);
    expect(plugin.calls).toEqual(["new", "applyConfig {}", "watch web"]);
  });

  test("a changed configuration makes a new instance; the last good list stands meanwhile", async () => {
    const [old, next] = [fakeDiscovery(), fakeDiscovery()];
    const { membership, nodes, source } = await running(old);
    old.answer("web", [A]);
    membership.apply(oneCluster(next.plugin));
    expect([source(), nodes()]).toEqual(["lost", ["a:80@10.0.0.1"]]);
    await eventually(() => expect(next.watches).toHaveLength(1));
    next.answer("web", [A, B]);
    expect([source(), nodes()]).toEqual(["live", ["a:80@10.0.0.1", "b:80@10.0.0.2"]]);
    await eventually(() => expect(old.calls.at(-1)).toBe("stop"));
  });

  test("settings that say the same disturb nothing", async () => {
    const plugin = fakeDiscovery();
    const { membership } = await running(plugin);
    membership.apply(oneCluster(plugin.plugin, { guard: { ...clusterSettings("web").guard, min_nodes: 2 } }));
    await settle();
    expect(plugin.calls).toEqual(["new", "applyConfig {}", "watch web"]);
  });

  test("a changed block moves the watch to it; a removed cluster ends its watch", async () => {
    const plugin = fakeDiscovery();
    const { membership } = await running(plugin);
    membership.apply(oneCluster(plugin.plugin, { discoveryBlock: { srv: "_web._tcp" } }));
    expect(plugin.watches.map(({ block, signal }) => [block, signal.aborted])).toEqual([
      [null, true],
      [{ srv: "_web._tcp" }, false],
    ]);
    membership.apply(configuration({ discoveries: [discoverySettings("source", plugin.plugin)] }));
    expect(plugin.watches.every(({ signal }) => signal.aborted)).toBe(true);
    expect(membership.state("web")).toBeUndefined();
  });

  test("stop ends watches before the instance, and does not wait for ever", async () => {
    const plugin = fakeDiscovery();
    plugin.onWatch = () => new Promise(() => undefined);
    const { membership, clock } = await running(plugin);
    let stopped = false;
    const stopping = membership.stop().then(() => {
      stopped = true;
    });
    await eventually(async () => {
      await clock.advance(1000);
      expect(stopped).toBe(true);
    });
    await stopping;
    expect(plugin.calls.at(-1)).toBe("stop");
  });
});

describe("a start without the source", () => {
  async function remembered(records = [A, B], clock = new ManualClock()): Promise<string> {
    const directory = await temporaryDirectory();
    const plugin = fakeDiscovery();
    const { membership } = await running(plugin, directory, clock);
    plugin.answer("web", records);
    await membership.stop();
    return directory;
  }

  test("the last good list from disk stands until the source answers, and no longer", async () => {
    const plugin = fakeDiscovery();
    const { nodes, source, log } = await running(plugin, await remembered());
    expect([source(), nodes()]).toEqual(["waiting", null]);
    plugin.watch("web").watcher.lost(new Error("down"));
    expect([source(), nodes()]).toEqual(["snapshot", ["a:80@10.0.0.1", "b:80@10.0.0.2"]]);
    expect(log.saying("2026-01-01T00:00:00.000Z stand until it does")).toHaveLength(1);
    plugin.answer("web", [C]);
    expect([source(), nodes()]).toEqual(["live", ["c:80@10.0.0.3"]]);
  });

  test("a source that is merely slow is given a moment before disk is asked", async () => {
    const plugin = fakeDiscovery();
    const { clock, source, membership } = await running(plugin, await remembered());
    await clock.advance(1900);
    expect([source(), membership.undecided()]).toEqual(["waiting", ["web"]]);
    await clock.advance(200);
    expect([source(), membership.undecided()]).toEqual(["snapshot", []]);
  });

  test("a source that answers in time leaves disk unused", async () => {
    const plugin = fakeDiscovery();
    const { clock, nodes, changed } = await running(plugin, await remembered());
    plugin.answer("web", [C]);
    await clock.advance(5000);
    expect(nodes()).toEqual(["c:80@10.0.0.3"]);
    expect(changed).toEqual(["web"]);
  });

  test("a record that turned bad before the start stands at its last good value after it", async () => {
    const plugin = fakeDiscovery();
    const { nodes, membership } = await running(plugin, await remembered());
    plugin.answer("web", [A, { source: B.source, value: "broken by a release" }]);
    expect(nodes()).toEqual(["a:80@10.0.0.1", "b:80@10.0.0.2"]);
    expect(membership.state("web")?.readings.list.at(1)?.reason).toContain("must be JSON");
  });

  test("a list of more than 24 hours ago is not used", async () => {
    const clock = new ManualClock();
    const directory = await remembered([A], clock);
    await clock.advance(25 * HOUR);
    const plugin = fakeDiscovery();
    const { source, log } = await running(plugin, directory, clock);
    plugin.watch("web").watcher.lost(new Error("down"));
    expect(source()).toBe("waiting");
    expect(log.saying("more than 24 hours ago")).toHaveLength(1);
  });

  test("a list that never changes stays young while its source answers", async () => {
    const clock = new ManualClock();
    const directory = await temporaryDirectory();
    const first = fakeDiscovery();
    const { membership } = await running(first, directory, clock);
    first.answer("web", [A]);
    const file = join(directory, "web.snapshot");
    const ageMs = async (): Promise<number> => {
      const [, at = ""] = /"at":"([^"]+)"/.exec(await readFile(file, "utf8")) ?? [];
      return clock.now() - Date.parse(at);
    };
    for (let hour = 0; hour < 26; hour++) {
      await clock.advance(HOUR);
      // Time stands still while it is written, however long the disk takes.
      await eventually(async () => {
        await clock.advance(0);
        expect(await ageMs()).toBeLessThanOrEqual(2 * HOUR);
      });
    }
    await membership.stop();
    const plugin = fakeDiscovery();
    const { source } = await running(plugin, directory, clock);
    plugin.watch("web").watcher.lost(new Error("down"));
    expect(source()).toBe("snapshot");
  });

  test.each([
    ["cut short", (text: string) => text.slice(0, text.length / 2)],
    ["changed by one character", (text: string) => text.replace("10.0.0.1", "10.0.0.7")],
    ["empty", () => ""],
  ])("a file that is %s is left unused, with a warning", async (_name, damage) => {
    const directory = await remembered();
    const file = join(directory, "web.snapshot");
    await writeFile(file, damage(await readFile(file, "utf8")));
    const plugin = fakeDiscovery();
    const { source, log } = await running(plugin, directory);
    plugin.watch("web").watcher.lost(new Error("down"));
    expect(source()).toBe("waiting");
    expect(log.saying("are not used: its checksum is wrong")).toHaveLength(1);
  });

  test("a directory that cannot be written is a warning, and nothing else", async () => {
    const directory = await remembered();
    const plugin = fakeDiscovery();
    const { nodes, clock, log } = await running(plugin, directory);
    await rm(directory, { recursive: true });
    plugin.answer("web", [A, B, C]);
    expect(nodes()).toHaveLength(3);
    await eventually(async () => {
      await clock.advance(1000);
      expect(log.saying("cannot be remembered")).toHaveLength(1);
    });
  });
});

describe("addresses that are used again", () => {
  async function twoClusters(lists: Record<string, readonly ReturnType<typeof goodRecord>[]>) {
    const directory = await temporaryDirectory();
    const clock = new ManualClock();
    const settings = (plugin: unknown) =>
      configuration({
        discoveries: [discoverySettings("source", plugin)],
        clusters: [clusterSettings("web"), clusterSettings("db")],
      });
    const first = fakeDiscovery();
    const before = await membershipHouse({ directory, clock });
    before.membership.apply(settings(first.plugin));
    await eventually(() => expect(first.watches).toHaveLength(2));
    for (const [cluster, records] of Object.entries(lists)) first.answer(cluster, records);
    await before.membership.stop();
    const plugin = fakeDiscovery();
    const house = await membershipHouse({ directory, clock });
    house.membership.apply(settings(plugin.plugin));
    await eventually(() => expect(plugin.watches).toHaveLength(2));
    return { ...house, plugin, nodes: (cluster: string) => shown(house.membership.state(cluster)?.nodes ?? null) };
  }

  test("a remembered node is dropped at once when another cluster takes its address over", async () => {
    const { plugin, nodes, log } = await twoClusters({ web: [A, B], db: [C] });
    plugin.watch("web").watcher.lost(new Error("down"));
    expect(nodes("web")).toEqual(["a:80@10.0.0.1", "b:80@10.0.0.2"]);
    plugin.answer("db", [C, goodRecord("db9", "10.0.0.2")]);
    expect(nodes("web")).toEqual(["a:80@10.0.0.1"]);
    expect(log.saying("cluster db has taken over their address")).toHaveLength(1);
  });

  test("likewise when the other cluster was first to speak", async () => {
    const { plugin, nodes } = await twoClusters({ web: [A, B], db: [C] });
    plugin.answer("db", [C, goodRecord("db9", "10.0.0.2")]);
    plugin.watch("web").watcher.lost(new Error("down"));
    expect(nodes("web")).toEqual(["a:80@10.0.0.1"]);
  });

  test("a node that has always been in both stays in both", async () => {
    const { plugin, nodes } = await twoClusters({ web: [A, B], db: [B, C] });
    plugin.watch("web").watcher.lost(new Error("down"));
    plugin.answer("db", [B, C]);
    expect(nodes("web")).toEqual(["a:80@10.0.0.1", "b:80@10.0.0.2"]);
  });

  test("a live list is left as its source says", async () => {
    const { plugin, nodes } = await twoClusters({ web: [A, B], db: [C] });
    plugin.answer("web", [A, B]);
    plugin.answer("db", [B, C]);
    expect(nodes("web")).toEqual(["a:80@10.0.0.1", "b:80@10.0.0.2"]);
  });

  test("what was dropped stays dropped over the next start", async () => {
    const { plugin, membership, directory, clock } = await twoClusters({ web: [A, B], db: [C] });
    plugin.watch("web").watcher.lost(new Error("down"));
    plugin.answer("db", [C, goodRecord("db9", "10.0.0.2")]);
    await membership.stop();
    const next = fakeDiscovery();
    const { nodes } = await running(next, directory, clock);
    next.watch("web").watcher.lost(new Error("down"));
    expect(nodes()).toEqual(["a:80@10.0.0.1"]);
  });
});

test("no cluster's file is written more than once a second, and files are private", async () => {
  const plugin = fakeDiscovery();
  const { clock, directory } = await running(plugin);
  const file = join(directory, "web.snapshot");
  const members = async (): Promise<number> =>
    (await readFile(file, "utf8").catch(() => "")).split('"source"').length - 1;
  plugin.answer("web", [A]);
  await clock.advance(300);
  // It is being written now.
  plugin.answer("web", [A, B]);
  await eventually(async () => expect(await members()).toBe(1));
  await clock.advance(900);
  // What could be written has been when as much is written beside it.
  await writeFileAtomic(join(directory, "beside"), "x");
  await rm(join(directory, "beside"));
  await clock.advance(0);
  expect(await members()).toBe(1);
  await eventually(async () => {
    await clock.advance(100);
    expect(await members()).toBe(2);
  });
  expect(await readdir(directory)).toEqual(["web.snapshot"]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
