import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "@lighthouse-sd/test-servers";
import { beforeEach, expect, test } from "vitest";
import { configurationDirectory, discoveryIn, latest, watch } from "./discovering.js";

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
