import { readdirSync, rmSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { describe, expect, it, test } from "vitest";
import { ConfigurationStore } from "../src/config/configuration-store.js";
import { ConfigFolder, SMALL } from "./support/config-folder.js";
import { RecordingLog } from "./support/recording-log.js";
import { builtIn, TinyBalancer, TinyDiscovery, tinyFinder } from "./support/small-plugins.js";
import { StoreHouse } from "./support/store-house.js";

const web = (port: number | string): string => `discovery: list\ntiny:\n  port: ${port}\n`;

describe("the configuration in force", () => {
  it("is that of the valid files, with defaults filled in", async () => {
    const { store } = await StoreHouse.start({
      ...SMALL,
      "runner.yaml": "peer_port: 9\n",
      "logging.yaml": "level: warn\n",
    });
    const { runner, logging, balancers, discoveries, clusters } = store.configuration;
    expect(runner).toMatchObject({ peer_port: 9, http: { listen: "127.0.0.1:9470" } });
    expect(logging).toEqual({ level: "warn", format: undefined });
    expect(balancers.get("tiny")).toMatchObject({
      file: "balancers/tiny.yaml",
      config: { target: "/etc/tiny", drain: "30s" },
    });
    expect(discoveries.get("list")).toMatchObject({ file: "discovery/list.yaml", config: { path: "nodes" } });
    expect([...clusters.keys()]).toEqual(["api", "web"]);
    expect(clusters.get("web")).toEqual({
      name: "web",
      file: "clusters/web.yaml",
      discovery: "list",
      discoveryBlock: null,
      metaCluster: null,
      guard: { on_empty: "hold", min_nodes: 0, max_removal: "50%", window: "60s", confirm_after: "5m" },
      blocks: new Map([["tiny", { port: 80, tls: false }]]),
    });
  });

  it("has blocks for the balancers of this host alone, under the names of the instances", async () => {
    const { store } = await StoreHouse.start({
      "balancers/edge.yaml": "type: tiny\ntarget: a\n",
      "balancers/inner.yaml": "name: core\ntype: tiny\ntarget: b\n",
      "discovery/list.yaml": "{}\n",
      "clusters/web.yaml": "discovery: list\nlist: {}\nedge: {port: 1}\ncore: {port: 2}\nrabbitmq: {}\n",
    });
    const cluster = store.configuration.clusters.get("web");
    expect(cluster?.blocks).toEqual(
      new Map([
        ["core", { port: 2, tls: false }],
        ["edge", { port: 1, tls: false }],
      ]),
    );
    expect(cluster?.discoveryBlock).toEqual({ tag: "all" });
  });

  it("says where a value stands", async () => {
    const { store } = await StoreHouse.start(SMALL);
    expect(store.locate("clusters/web.yaml", ["tiny", "port"])).toEqual({ line: 3, column: 9 });
    expect(store.locate("clusters/web.yaml", ["tiny", "port"], true)).toEqual({ line: 3, column: 3 });
    expect(store.locate("clusters/none.yaml", [])).toBeUndefined();
  });

  it("is not there before the start", () => {
    const options = { directory: "/nowhere", stateDirectory: null, plugins: tinyFinder(), log: new RecordingLog() };
    expect(() => new ConfigurationStore(options).configuration).toThrow("has not been read yet");
  });
});

describe("a change is followed", () => {
  test.each<[string, (folder: ConfigFolder) => Promise<void>]>([
    ["renamed into place", (folder) => folder.write("clusters/web.yaml", web(90))],
    ["written in place", (folder) => writeFile(folder.at("clusters/web.yaml"), web(90))],
    [
      "written in two steps",
      async (folder) => {
        await writeFile(folder.at("clusters/web.yaml"), "discovery: list\n");
        await writeFile(folder.at("clusters/web.yaml"), "tiny: {port: 90}\n", { flag: "a" });
      },
    ],
    [
      "removed and written anew",
      async (folder) => {
        await unlink(folder.at("clusters/web.yaml"));
        await folder.write("clusters/web.yaml", web(90));
      },
    ],
    [
      "replaced by a link",
      async (folder) => {
        await folder.write("elsewhere/web", web(90));
        await unlink(folder.at("clusters/web.yaml"));
        await symlink("../elsewhere/web", folder.at("clusters/web.yaml"));
      },
    ],
    [
      "under the other ending",
      async (folder) => {
        await rename(folder.at("clusters/web.yaml"), folder.at("clusters/web.yml"));
        await folder.write("clusters/web.yml", web(90));
      },
    ],
    [
      "in another folder of that name",
      async (folder) => {
        await folder.write("next/web.yaml", web(90));
        await folder.write("next/api.yaml", SMALL["clusters/api.yaml"] ?? "");
        await rename(folder.at("clusters"), folder.at("clusters.old"));
        await rename(folder.at("next"), folder.at("clusters"));
      },
    ],
  ])("%s", async (_what, change) => {
    const house = await StoreHouse.start(SMALL);
    await change(house.folder);
    await house.untilPorts({ api: 81, web: 90 });
    await house.untilProblems();
  });

  it("as Kubernetes mounts a volume: links through ..data, swapped at once", async () => {
    const folder = await ConfigFolder.make(SMALL);
    await rm(folder.at("clusters"), { recursive: true });
    await folder.write("clusters/..one/web.yaml", web(80));
    await folder.write("clusters/..two/web.yaml", web(90));
    await symlink("..one", folder.at("clusters/..data"));
    await symlink("..data/web.yaml", folder.at("clusters/web.yaml"));
    const house = new StoreHouse(folder, await ConfigFolder.make());
    await house.start();
    expect(house.ports()).toEqual({ web: 80 });
    await symlink("..two", folder.at("clusters/..tmp"));
    await rename(folder.at("clusters/..tmp"), folder.at("clusters/..data"));
    await house.untilPorts({ web: 90 });
  });

  it("in a folder that appears later, and in one whose parent does", async () => {
    const folder = await ConfigFolder.make();
    const house = new StoreHouse(folder, await ConfigFolder.make());
    await house.start();
    for (const [file, text] of Object.entries(SMALL)) await folder.write(file, text);
    await house.untilPorts({ api: 81, web: 80 });
  });

  it("told once, with the objects of what has not changed", async () => {
    const house = await StoreHouse.start(SMALL);
    const before = house.store.configuration;
    await house.folder.write("clusters/web.yaml", web(90));
    await house.untilPorts({ api: 81, web: 90 });
    const after = house.store.configuration;
    expect(house.changes).toBe(1);
    expect(after.clusters.get("api")).toBe(before.clusters.get("api"));
    expect(after.clusters.get("web")).not.toBe(before.clusters.get("web"));
    for (const part of ["runner", "logging", "balancers", "discoveries"] as const)
      expect(after[part]).toBe(before[part]);
  });

  it("not told at all where only a comment has changed, though places have", async () => {
    const house = await StoreHouse.start(SMALL);
    const before = house.store.configuration;
    await house.folder.write("clusters/web.yaml", `# the shop\n${web(80)}`);
    await house.until(() => expect(house.store.locate("clusters/web.yaml", ["tiny", "port"])?.line).toBe(4));
    expect(house.store.configuration).toBe(before);
    expect(house.changes).toBe(0);
  });

  it("keeps a cluster's block for one balancer while that for another changes", async () => {
    const two = { ...SMALL, "balancers/edge.yaml": "type: tiny\ntarget: e\n" };
    const both = (port: number): string => `discovery: list\ntiny: {port: 80}\nedge: {port: ${port}}\n`;
    const house = await StoreHouse.start({ ...two, "clusters/web.yaml": both(1) });
    const before = house.store.configuration.clusters.get("web");
    await house.folder.write("clusters/web.yaml", both(2));
    await house.until(() =>
      expect(house.store.configuration.clusters.get("web")?.blocks.get("edge")).toMatchObject({ port: 2 }),
    );
    const after = house.store.configuration.clusters.get("web");
    expect(after?.blocks.get("tiny")).toBe(before?.blocks.get("tiny"));
    expect(after?.guard).toBe(before?.guard);
  });

  it("also by rescan, before it resolves", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.folder.write("clusters/web.yaml", web(90));
    await house.store.rescan();
    expect(house.ports()).toEqual({ api: 81, web: 90 });
  });
});

describe("an invalid file never takes effect and never takes anything down", () => {
  const WRONG = 'clusters/web.yaml:3:9 tiny.port: must be an integer from 1 to 65535, got "80a"';

  it("its last valid version stands, its error is shown, and both end when it is mended", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.folder.write("clusters/web.yaml", web("80a"));
    await house.folder.write("clusters/api.yaml", web(99));
    await house.untilProblems(WRONG);
    await house.untilPorts({ api: 99, web: 80 });
    expect(house.log.saying(WRONG)).toEqual([`error ${WRONG}`]);
    expect(house.store.locate("clusters/web.yaml", ["tiny"], true)?.line).toBe(2);
    await house.folder.write("clusters/web.yaml", web(88));
    await house.untilPorts({ api: 99, web: 88 });
    await house.untilProblems();
    expect(house.log.saying("no longer")).toEqual([`info no longer: ${WRONG}`]);
  });

  it("also across a restart", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.store.stop();
    await house.folder.write("clusters/web.yaml", web("80a"));
    await house.folder.write("balancers/tiny.yaml", "{");
    await house.start();
    expect(house.ports()).toEqual({ api: 81, web: 80 });
    expect(house.problems()).toContain(WRONG);
    await house.restart();
    expect(house.ports()).toEqual({ api: 81, web: 80 });
  });

  it("while it is removed, it is removed", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.folder.write("clusters/web.yaml", "{");
    await house.until(() => expect(house.problems()).toHaveLength(1));
    await house.folder.remove("clusters/web.yaml");
    await house.untilPorts({ api: 81 });
    await house.untilProblems();
  });

  it("keeps what is in force for its owner alone", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.store.stop();
    expect((await readdir(house.state.at("accepted"), { recursive: true })).sort()).toEqual([
      "balancers",
      "balancers/tiny.yaml",
      "clusters",
      "clusters/api.yaml",
      "clusters/web.yaml",
      "discovery",
      "discovery/list.yaml",
    ]);
    expect(await readFile(house.state.at("accepted/clusters/web.yaml"), "utf8")).toBe(SMALL["clusters/web.yaml"]);
  });

  it("forgets at a restart what was removed meanwhile", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.store.stop();
    await house.folder.remove("clusters/web.yaml");
    await house.start();
    expect(house.ports()).toEqual({ api: 81 });
    await house.store.stop();
    expect(await readdir(house.state.at("accepted/clusters"))).toEqual(["api.yaml"]);
  });

  it("goes on where the texts cannot be kept, saying so once", async () => {
    const house = new StoreHouse(await ConfigFolder.make(SMALL), await ConfigFolder.make({ accepted: "in the way" }));
    await house.start();
    await house.folder.write("clusters/web.yaml", web(90));
    await house.store.rescan();
    expect(house.ports()).toEqual({ api: 81, web: 90 });
    expect(house.log.saying("cannot be kept for a restart")).toHaveLength(1);
  });

  it("a broken file that was never valid is not there; the others are", async () => {
    const house = await StoreHouse.start({ ...SMALL, "clusters/web.yaml": web("80a"), "runner.yaml": "- x\n" });
    expect(house.ports()).toEqual({ api: 81 });
    expect(house.store.configuration.runner.peer_port).toBe(1024);
    expect(house.problems()).toEqual([WRONG, "runner.yaml:1:1 must be a mapping of keys to values"]);
  });
});

describe("between files, what is good goes through", () => {
  it("a discovery that is removed stays while clusters use it, also across a restart, and goes with them", async () => {
    const house = await StoreHouse.start({ ...SMALL, "discovery/more.yaml": "type: list\n" });
    await house.folder.remove("discovery/list.yaml");
    await house.folder.write("clusters/api.yaml", web(99));
    const kept =
      "discovery/list.yaml was removed, but stays in force: still used by clusters/api.yaml; clusters/web.yaml; give these another discovery, or bring the file back";
    await house.untilProblems(kept);
    await house.untilPorts({ api: 99, web: 80 });
    expect(house.store.configuration.discoveries.has("list")).toBe(true);
    await house.restart();
    expect(house.problems()).toEqual([kept]);
    expect(house.ports()).toEqual({ api: 99, web: 80 });
    await house.folder.write("clusters/api.yaml", "discovery: more\ntiny: {port: 99}\n");
    await house.folder.write("clusters/web.yaml", "discovery: more\ntiny: {port: 80}\n");
    await house.until(() => expect([...house.store.configuration.discoveries.keys()]).toEqual(["more"]));
    await house.untilProblems();
  });

  it("a balancer that is removed goes at once; its clusters' blocks are a notice", async () => {
    const house = await StoreHouse.start({ ...SMALL, "balancers/edge.yaml": "type: tiny\ntarget: e\n" });
    await house.folder.remove("balancers/tiny.yaml");
    await house.until(() => expect([...house.store.configuration.balancers.keys()]).toEqual(["edge"]));
    expect(house.problems()).toEqual([]);
    expect(house.store.notices.map(({ file, message }) => `${file} ${message}`)).toContain(
      'clusters/web.yaml tiny: not used: this host has no balancer "tiny"',
    );
  });

  it("of two clusters on one port the one in force stays; two that swap theirs go through", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.folder.write("clusters/api.yaml", web(80));
    await house.folder.write("clusters/shop.yaml", web(82));
    await house.untilPorts({ api: 81, shop: 82, web: 80 });
    await house.untilProblems("clusters/api.yaml:3:9 tiny.port: port 80 is also that of web");
    await house.folder.write("clusters/web.yaml", web(81));
    await house.untilPorts({ api: 80, shop: 82, web: 81 });
    await house.untilProblems();
  });

  it("a balancer whose new version does not go with its clusters is told so", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.folder.write("balancers/tiny.yaml", "target: new\nstats_port: 80\n");
    await house.untilProblems(
      "balancers/tiny.yaml:1:1 does not take effect, since beside it: clusters/web.yaml:3:9 tiny.port: port 80 is also that of statistics",
    );
    expect(house.store.configuration.balancers.get("tiny")?.config).toMatchObject({ target: "/etc/tiny" });
  });

  it("a rename of a file that keeps its name inside is one step", async () => {
    const house = await StoreHouse.start(SMALL);
    await rename(house.folder.at("clusters/web.yaml"), house.folder.at("clusters/shop.yaml"));
    await house.folder.write("clusters/shop.yaml", `name: web\n${web(80)}`);
    await house.until(() => expect(house.store.configuration.clusters.get("web")?.file).toBe("clusters/shop.yaml"));
    await house.untilProblems();
    expect(house.ports()).toEqual({ api: 81, web: 80 });
  });
});

// At once, as far as the store can see: it runs in this process.
describe("a directory that goes as a whole removes nothing", () => {
  test.each<[string, (folder: ConfigFolder) => Promise<void>, RegExp]>([
    [
      "emptied",
      async (folder) => {
        for (const name of readdirSync(folder.path)) rmSync(folder.at(name), { recursive: true });
      },
      /^\. has lost all its files at once \(4\)/,
    ],
    [
      "moved away",
      (folder) => rename(folder.path, `${folder.path}-gone`).then(() => undefined),
      /^\. cannot be read: ENOENT/,
    ],
    [
      "one folder emptied",
      async (folder) => rmSync(folder.at("clusters"), { recursive: true }),
      /^clusters\/ has lost all its files at once \(2\)/,
    ],
  ])("%s", async (_what, accident, expected) => {
    const house = await StoreHouse.start(SMALL);
    await accident(house.folder);
    await house.until(() => expect(house.problems()).toEqual([expect.stringMatching(expected)]));
    expect(house.ports()).toEqual({ api: 81, web: 80 });
    await house.restart();
    expect(house.ports()).toEqual({ api: 81, web: 80 });
    await rm(`${house.folder.path}-gone`, { recursive: true, force: true });
  });

  it("unless SIGHUP says that the folder is meant to be empty", async () => {
    const house = await StoreHouse.start(SMALL);
    rmSync(house.folder.at("clusters"), { recursive: true });
    await house.until(() => expect(house.problems()).toHaveLength(1));
    await house.store.rescan();
    expect(house.ports()).toEqual({});
    expect(house.problems()).toEqual([]);
  });
});

describe("files that cannot be read", () => {
  it("keep their last valid version", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.folder.remove("clusters/web.yaml");
    await mkdir(house.folder.at("clusters/web.yaml"));
    await unlink(house.folder.at("clusters/api.yaml"));
    await symlink("nowhere", house.folder.at("clusters/api.yaml"));
    await house.untilProblems(
      "clusters/api.yaml is a symbolic link to something that is not there",
      "clusters/web.yaml is not a regular file",
    );
    expect(house.ports()).toEqual({ api: 81, web: 80 });
  });

  it.skipIf(process.getuid?.() === 0)("for want of permission too", async () => {
    const house = await StoreHouse.start(SMALL);
    await chmod(house.folder.at("clusters/web.yaml"), 0);
    await house.until(() =>
      expect(house.problems()).toEqual([expect.stringMatching(/^clusters\/web.yaml cannot be read: EACCES/)]),
    );
    expect(house.ports()).toEqual({ api: 81, web: 80 });
  });
});

describe("plugins", () => {
  it("one that cannot be loaded is a problem of its file: the version before stands", async () => {
    const house = await StoreHouse.start(SMALL);
    await house.folder.write("discovery/list.yaml", "type: lost\n");
    await house.until(() => expect(house.problems()).toHaveLength(1));
    expect(house.problems()[0]).toMatch(/^discovery\/list.yaml:1:7 type: no discovery plugin "lost" was found/);
    expect(house.ports()).toEqual({ api: 81, web: 80 });
    expect(house.store.configuration.discoveries.get("list")?.plugin.plugin).toBe(TinyDiscovery);
  });

  it("whose package is gone after a restart: a discovery's clusters are lost, not gone; a balancer is not run", async () => {
    const house = await StoreHouse.start(
      { ...SMALL, "discovery/list.yaml": "type: temporary\n" },
      tinyFinder(builtIn("discovery", "temporary", TinyDiscovery)),
    );
    expect(house.problems()).toEqual([]);
    await house.restart();
    expect(house.ports()).toEqual({ api: 81, web: 80 });
    const { discoveries } = house.store.configuration;
    const Placeholder = discoveries.get("list")?.plugin.plugin;
    if (Placeholder === undefined) throw new Error("no discovery");
    const context = {
      name: "list",
      directory: "/",
      peer: { name: "h", ip: "10.0.0.1", port: 1 },
      log: house.log,
      requestSync: () => undefined,
    };
    const discovery = new Placeholder(context);
    await discovery.applyConfig(discoveries.get("list")?.config);
    const stop = new AbortController();
    const lost = await new Promise<unknown>((resolve, reject) => {
      const watcher = { records: () => reject(new Error("told of records")), lost: resolve };
      discovery.watch("web", null, watcher, { signal: stop.signal }).catch(reject);
    });
    expect(lost).toMatchObject({ message: "discovery/list.yaml has no valid version" });
    stop.abort();
  });

  it("one that is installed later is taken at the next look", async () => {
    const house = await StoreHouse.start({ ...SMALL, "balancers/late.yaml": "target: x\n" });
    expect(house.problems()).toHaveLength(1);
    await house.restart(tinyFinder(builtIn("balancer", "late", TinyBalancer)));
    expect([...house.store.configuration.balancers.keys()]).toEqual(["late", "tiny"]);
  });
});

it("leaves nothing behind when stopped, twice too, and hears no more", async () => {
  const house = await StoreHouse.start(SMALL);
  await house.store.stop();
  await house.store.stop();
  const before = house.store.configuration;
  await house.folder.write("clusters/web.yaml", web(90));
  await house.store.rescan();
  expect(house.store.configuration).toBe(before);
  expect(house.changes).toBe(0);
  // A watch or timer that is left would keep the process of this test from ending; these are what Node knows of.
  const left = process.getActiveResourcesInfo().filter((kind) => kind === "FSEventWrap");
  expect(left).toEqual([]);
});

it("does without a state directory", async () => {
  const folder = await ConfigFolder.make(SMALL);
  const store = new ConfigurationStore({
    directory: folder.path,
    stateDirectory: null,
    plugins: tinyFinder(),
    log: new RecordingLog(),
  });
  await store.start();
  expect(store.configuration.clusters.size).toBe(2);
  await store.stop();
});
