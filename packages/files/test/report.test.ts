import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Registration, serializeNode } from "@lighthouse-sd/core";
import { eventually } from "@lighthouse-sd/test-servers";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type FileDiscovery from "../src/index.js";
import { configurationDirectory, discoveryIn, latest, node, watch } from "./discovering.js";

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await configurationDirectory();
  path = join(directory, "nodes", "web", "app1:8000.reported.json");
  await mkdir(join(directory, "nodes"));
});

/** Reports app1:8000 until the test ends or the returned function is called; what it tells goes to `told`. */
function report(discovery: FileDiscovery, told: string[] = [], keep = false): () => Promise<void> {
  const stopped = new AbortController();
  const registration: Registration = {
    keep,
    registered: () => void told.push("registered"),
    lost: (error) => void told.push((error as Error).message),
  };
  const settled = discovery.report("web", node(8000), registration, { signal: stopped.signal });
  const stop = async (): Promise<void> => {
    stopped.abort();
    await settled;
  };
  onTestFinished(stop);
  return stop;
}

test("the file holds the node byte for byte and is removed with the report, its directory stays", async () => {
  const stop = report(discoveryIn(directory));
  await eventually(async () => expect(await readFile(path, "utf8")).toBe(serializeNode(node(8000))));
  expect(await readdir(join(directory, "nodes", "web"))).toEqual(["app1:8000.reported.json"]);
  await stop();
  expect(await readdir(join(directory, "nodes", "web"))).toEqual([]);
});

test("the file is refreshed without being written again", async () => {
  report(discoveryIn(directory, { ttl: "300ms" }));
  const before = await eventually(() => stat(path));
  await eventually(async () =>
    expect((await stat(path)).mtimeMs).toBeGreaterThan((before as { mtimeMs: number }).mtimeMs),
  );
  expect((await stat(path)).ino).toBe((before as { ino: number }).ino);
});

test("a directory that is gone is not made anew, and reported to when it is back", async () => {
  const told: string[] = [];
  report(discoveryIn(directory), told);
  await eventually(() => stat(path));
  await rm(join(directory, "nodes"), { recursive: true });
  await eventually(() => expect(told.at(-1)).toMatch(/there is no directory .*nodes; make it or correct "path"/));
  await mkdir(join(directory, "nodes"));
  await eventually(() => stat(path));
  await eventually(() => expect(told.at(-1)).toBe("registered"));
});

test("a file that was away for longer than a refresh is fresh when it counts as registered again", async () => {
  const told: string[] = [];
  report(discoveryIn(directory, { ttl: "3s" }), told);
  await eventually(() => expect(told).toContain("registered"));
  const [here, away] = [join(directory, "nodes"), join(directory, "away")];
  await rename(here, away);
  const movedAt = Date.now();
  await eventually(() => expect(told.at(-1)).toMatch(/there is no directory/));
  await eventually(() => expect(Date.now() - movedAt).toBeGreaterThan(1000));
  await rename(away, here);
  await eventually(() => expect(told.at(-1)).toBe("registered"));
  expect((await stat(path)).mtimeMs).toBeGreaterThan(movedAt);
});

test.each<[string, () => Promise<unknown>]>([
  ["its service's directory was removed", () => rm(join(directory, "nodes", "web"), { recursive: true })],
  ["the file was removed", () => rm(path)],
])("the file comes back after %s", async (_, remove) => {
  report(discoveryIn(directory, { ttl: "off" }));
  await eventually(() => stat(path));
  await remove();
  await eventually(async () => expect(await readFile(path, "utf8")).toBe(serializeNode(node(8000))));
});

test("what was put over the file is replaced", async () => {
  report(discoveryIn(directory, { ttl: "300ms" }));
  await eventually(() => stat(path));
  await writeFile(path, "{}");
  await eventually(async () => expect(await readFile(path, "utf8")).toBe(serializeNode(node(8000))));
});

test("a file that another reporter has put there is not withdrawn", async () => {
  const stop = report(discoveryIn(directory));
  await eventually(() => stat(path));
  await writeFile(path, serializeNode({ ...node(8000), ip: "10.0.0.6" }));
  await stop();
  expect(await readFile(path, "utf8")).toContain("10.0.0.6");
});

test("a directory that cannot be written is told once, tried again, and reported to when it can", async () => {
  await rm(join(directory, "nodes"), { recursive: true });
  await writeFile(join(directory, "nodes"), "in the way");
  const told: string[] = [];
  const stop = report(discoveryIn(directory, { ttl: "60ms" }), told);
  await eventually(() => expect(told.length).toBe(1));
  expect(told[0]).toMatch(/^cannot report to .*app1:8000\.reported\.json: /);
  await rm(join(directory, "nodes"));
  await mkdir(join(directory, "nodes"));
  await eventually(() => expect(told.at(-1)).toBe("registered"));
  await stop();
});

test.each(["30s", "off"])(
  "of two reporters of one node, with ttl %s, the one that ends leaves it to the other",
  async (ttl) => {
    const discovery = discoveryIn(directory, { ttl });
    const told: string[] = [];
    const stopFirst = report(discovery, told);
    await eventually(() => expect(told).toContain("registered"));
    const toldSecond: string[] = [];
    const stopSecond = report(discoveryIn(directory, { ttl }), toldSecond);
    await eventually(() => expect(toldSecond).toContain("registered"));
    const before = await stat(path);
    await stopFirst();
    expect((await stat(path)).ino).toBe(before.ino);
    await stopSecond();
    await expect(stat(path)).rejects.toThrow("ENOENT");
  },
);

test("a node that another reporter has left to itself is kept fresh by the one that goes on", async () => {
  const discovery = discoveryIn(directory, { ttl: "600ms" });
  const told: string[] = [];
  report(discovery, told);
  await eventually(() => expect(told).toContain("registered"));
  const leftBy: string[] = [];
  const leave = report(discovery, leftBy, true);
  await eventually(() => expect(leftBy).toContain("registered"));
  await leave();
  const refreshes = told.length;
  await eventually(() => expect(told.length).toBeGreaterThan(refreshes + 2));
  await stat(path);
});

test("a reporter that died is gone after its ttl, one that lives stays", async () => {
  await mkdir(join(directory, "nodes", "web"), { recursive: true });
  const discovery = discoveryIn(directory, { ttl: "600ms" });
  report(discovery);
  await eventually(() => stat(path));
  const watched = watch(discovery, "web");
  await eventually(() => expect(latest(watched)?.length).toBe(1));
  await writeFile(join(directory, "nodes", "web", "dead.json"), serializeNode(node(9000)));
  await eventually(() => expect(latest(watched)?.length).toBe(2));
  await eventually(() => expect(latest(watched)).toEqual([serializeNode(node(8000))]));
  expect(watched.losses).toEqual([]);
});

test.each(["..", ".", "a/b", ""])("the service name %j is refused", async (name) => {
  const discovery = discoveryIn(directory);
  const registration: Registration = { keep: false, registered: () => {}, lost: () => {} };
  const { signal } = new AbortController();
  await expect(discovery.report(name, node(1), registration, { signal })).rejects.toThrow("a name must");
});

test("the longest host name still makes a file name", async () => {
  const host = Array.from({ length: 4 }, () => "a".repeat(62)).join(".");
  const stopped = new AbortController();
  const registration: Registration = { keep: false, registered: () => {}, lost: () => {} };
  const long = { ...node(8000), host };
  const reporting = discoveryIn(directory).report("web", long, registration, { signal: stopped.signal });
  await eventually(async () => expect((await readdir(join(directory, "nodes", "web"))).length).toBe(1));
  stopped.abort();
  await reporting;
});
