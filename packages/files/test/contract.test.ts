import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { configurationDirectory, discoveryIn, eventually, latest, watch } from "./discovering.js";

let directory: string;
let nodes: string;

beforeEach(async () => {
  directory = await configurationDirectory();
  nodes = join(directory, "nodes");
  await mkdir(nodes);
});

/** Puts a list into its place as a whole. */
async function put(file: string, value: unknown): Promise<void> {
  await writeFile(join(directory, "new"), JSON.stringify(value));
  await rename(join(directory, "new"), join(nodes, file));
}

test("the first answer is the full list", async () => {
  const all = Array.from({ length: 500 }, (_, index) => ({ ip: "10.0.0.5", port: index + 1 }));
  await put("web.json", all);
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.answers.length).toBe(1));
  expect(latest(watched)).toEqual(all);
});

test("the first answer of a cluster without nodes is an empty list", async () => {
  await put("web.json", []);
  await mkdir(join(nodes, "db"));
  const discovery = discoveryIn(directory);
  const [web, db] = [watch(discovery, "web"), watch(discovery, "db")];
  await eventually(() => expect([web.answers, db.answers]).toEqual([[[]], [[]]]));
});

test("a cluster of which nothing is known is not told of", async () => {
  await put("other.json", []);
  const discovery = discoveryIn(directory);
  const [web, other] = [watch(discovery, "web"), watch(discovery, "other")];
  await eventually(() => expect(other.answers).toEqual([[]]));
  await put("other.json", [1]);
  await eventually(() => expect(latest(other)).toEqual([1]));
  expect(web.calls).toEqual([]);
  await put("web.json", []);
  await eventually(() => expect(web.answers).toEqual([[]]));
});

test("a record that has not changed is the same object", async () => {
  const list = [
    { ip: "10.0.0.5", port: 1 },
    { ip: "10.0.0.6", port: 1 },
  ];
  await put("web.json", list);
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.answers.length).toBe(1));
  await put("web.json", [{ ip: "10.0.0.4", port: 1 }, ...list]);
  await eventually(() => expect(watched.answers.length).toBe(2));
  const [before, after] = watched.answers;
  expect(after?.[1]).toBe(before?.[0]);
  expect(after?.[2]).toBe(before?.[1]);
});

test("a list that was written again with the same content is not told again", async () => {
  await put("web.json", [{ ip: "10.0.0.5", port: 1 }]);
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.answers.length).toBe(1));
  await put("web.json", [{ port: 1, ip: "10.0.0.5" }]);
  await put("web.yaml", []);
  await mkdir(join(nodes, "web"));
  await put("web/last.json", { ip: "10.0.0.6", port: 1 });
  await eventually(() => expect(watched.answers.length).toBe(2));
  expect(latest(watched)?.length).toBe(2);
});

test("a source that is lost is told once, its return gives the same records again", async () => {
  await put("web.json", [{ ip: "10.0.0.5", port: 1 }]);
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.calls).toEqual(["records"]));
  await rename(nodes, join(directory, "away"));
  await eventually(() => expect(watched.calls).toEqual(["records", "lost"]));
  await rename(join(directory, "away"), nodes);
  await eventually(() => expect(watched.calls).toEqual(["records", "lost", "records"]));
  expect(watched.answers[1]?.[0]).toBe(watched.answers[0]?.[0]);
});

test("a source that is not there from the start is lost, then found", async () => {
  await rm(nodes, { recursive: true });
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.calls).toEqual(["lost"]));
  await mkdir(nodes);
  await put("web.json", []);
  await eventually(() => expect(watched.calls).toEqual(["lost", "records"]));
});

test("an aborted watch settles, tells nothing more and leaves nothing running", async () => {
  const resources = (): string[] => process.getActiveResourcesInfo().filter((kind) => kind === "FSEventWrap");
  await put("web.json", []);
  await mkdir(join(nodes, "web"));
  const discovery = discoveryIn(directory);
  const [one, two] = [watch(discovery, "web"), watch(discovery, "web")];
  await eventually(() => expect([one.calls, two.calls]).toEqual([["records"], ["records"]]));
  await eventually(() => expect(resources().length).toBe(3));
  await one.stop();
  await put("web.json", [1]);
  await eventually(() => expect(latest(two)).toEqual([1]));
  await two.stop();
  expect(one.calls).toEqual(["records"]);
  await eventually(() => expect(resources()).toEqual([]));
});

test("a watch that is aborted before it begins settles", async () => {
  const watched = watch(discoveryIn(directory), "web");
  await watched.stop();
  expect(watched.calls).toEqual([]);
});
