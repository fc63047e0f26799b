import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serializeNode } from "@lighthouse-sd/core";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type FileDiscovery from "../src/index.js";
import { configurationDirectory, discoveryIn, eventually, latest, node, watch } from "./discovering.js";

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await configurationDirectory();
  path = join(directory, "nodes", "web", "app1:8000.reported.json");
});

/** Reports app1:8000 until the test ends or the returned function is called. */
function report(discovery: FileDiscovery): () => Promise<void> {
  const stopped = new AbortController();
  const settled = discovery.report("web", node(8000), { signal: stopped.signal });
  const stop = async (): Promise<void> => {
    stopped.abort();
    await settled;
  };
  onTestFinished(stop);
  return stop;
}

test("the file holds the node byte for byte and is removed with the report, its directory stays", async () => {
  const stop = report(discoveryIn(directory).discovery);
  await eventually(async () => expect(await readFile(path, "utf8")).toBe(serializeNode(node(8000))));
  expect(await readdir(join(directory, "nodes", "web"))).toEqual(["app1:8000.reported.json"]);
  await stop();
  expect(await readdir(join(directory, "nodes", "web"))).toEqual([]);
});

test("the file is refreshed without being written again", async () => {
  report(discoveryIn(directory, { ttl: "300ms" }).discovery);
  const before = await eventually(() => stat(path));
  await eventually(async () =>
    expect((await stat(path)).mtimeMs).toBeGreaterThan((before as { mtimeMs: number }).mtimeMs),
  );
  expect((await stat(path)).ino).toBe((before as { ino: number }).ino);
});

test.each<[string, () => Promise<unknown>]>([
  ["the directory was removed", () => rm(join(directory, "nodes"), { recursive: true })],
  ["the file was removed", () => rm(path)],
])("the file comes back after %s", async (_, remove) => {
  report(discoveryIn(directory, { ttl: "off" }).discovery);
  await eventually(() => stat(path));
  await remove();
  await eventually(async () => expect(await readFile(path, "utf8")).toBe(serializeNode(node(8000))));
});

test("what was put over the file is replaced", async () => {
  report(discoveryIn(directory, { ttl: "300ms" }).discovery);
  await eventually(() => stat(path));
  await writeFile(path, "{}");
  await eventually(async () => expect(await readFile(path, "utf8")).toBe(serializeNode(node(8000))));
});

test("a file that another reporter has put there is not withdrawn", async () => {
  const stop = report(discoveryIn(directory).discovery);
  await eventually(() => stat(path));
  await writeFile(path, serializeNode({ ...node(8000), ip: "10.0.0.6" }));
  await stop();
  expect(await readFile(path, "utf8")).toContain("10.0.0.6");
});

test("a directory that cannot be written is logged once, tried again, and reported to when it can", async () => {
  await writeFile(join(directory, "nodes"), "in the way");
  const { discovery, logged } = discoveryIn(directory, { ttl: "60ms" });
  const stop = report(discovery);
  await eventually(() => expect(logged.length).toBe(1));
  expect(logged[0]).toMatch(/cannot report to .*app1:8000\.reported\.json: .*trying again/);
  await rm(join(directory, "nodes"));
  await eventually(() => stat(path));
  await eventually(() => expect(logged.length).toBe(2));
  await stop();
});

test("a reporter that died is gone after its ttl, one that lives stays", async () => {
  await mkdir(join(directory, "nodes", "web"), { recursive: true });
  const { discovery } = discoveryIn(directory, { ttl: "600ms" });
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
  const { discovery } = discoveryIn(directory);
  await expect(discovery.report(name, node(1), { signal: new AbortController().signal })).rejects.toThrow(
    "a name must",
  );
});

test("the longest host name still makes a file name", async () => {
  const host = Array.from({ length: 4 }, () => "a".repeat(62)).join(".");
  const stopped = new AbortController();
  const reporting = discoveryIn(directory).discovery.report("web", { ...node(8000), host }, { signal: stopped.signal });
  await eventually(async () => expect((await readdir(join(directory, "nodes", "web"))).length).toBe(1));
  stopped.abort();
  await reporting;
});
