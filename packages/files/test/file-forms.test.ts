import { chmod, mkdir, rename, rm, symlink, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "@lighthouse-sd/core";
import { eventually } from "@lighthouse-sd/test-servers";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import FileDiscovery from "../src/index.js";
import { configurationDirectory, discoveryIn, latest, watch } from "./discovering.js";

let directory: string;
let nodes: string;

beforeEach(async () => {
  directory = await configurationDirectory();
  nodes = join(directory, "nodes");
  await mkdir(join(nodes, "web"), { recursive: true });
});

const write = (file: string, text: string): Promise<void> => writeFile(join(nodes, file), text);

test("lists in YAML and JSON and files of one node are joined, with the source of each", async () => {
  await write("web.yaml", "- {ip: 10.0.0.1, port: 1}\n");
  await write("web.yml", "- {ip: 10.0.0.2, port: 1}\n");
  await write("web.json", '[{"targets": ["10.0.0.3:1"]}]');
  await write("web/b.json", '{"ip": "10.0.0.5", "port": 1}');
  await write("web/a.json", '{"ip": "10.0.0.4", "port": 1}');
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.answers.length).toBe(1));
  expect(watched.answers[0]?.map(({ source }) => source)).toEqual([
    "nodes/web.json[10.0.0.3:1]",
    "nodes/web.yaml[10.0.0.1:1]",
    "nodes/web.yml[10.0.0.2:1]",
    "nodes/web/a.json",
    "nodes/web/b.json",
  ]);
});

test("dotfiles, editors' copies and other files are no nodes", async () => {
  for (const file of [".a.json", "a.json~", "#a.json#", "a.json.swp", "a.yaml", "README"])
    await write(`web/${file}`, "{}");
  await write(".web.yaml", "- 1");
  await write("web.yaml~", "- 1");
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.answers).toEqual([[]]));
  await write("web/.b.json", "{}");
  await write("web/b.json", "1");
  await eventually(() => expect(latest(watched)).toEqual(["1"]));
  expect(watched.answers.length).toBe(2);
});

test.each<[string, string, string]>([
  ["web.yaml", "- {ip: 1, ip: 2}\n", "nodes/web.yaml:1:11: is not usable YAML: Map keys must be unique"],
  ["web.json", "[1,\n", "nodes/web.json:2:1: is not JSON: it ends too early"],
  ["web.yaml", "", "nodes/web.yaml: must hold a list of nodes ([] for none), found an empty file"],
])(
  "a list that cannot be used (%s: %j) is lost with its place, and found when it is mended",
  async (file, text, reason) => {
    await write(file, "[1]");
    const watched = watch(discoveryIn(directory), "web");
    await eventually(() => expect(latest(watched)).toEqual([1]));
    await write(file, text);
    await eventually(() => expect(watched.losses).toEqual([reason]));
    expect(watched.answers.length).toBe(1);
    await write(file, "[1, 2]");
    await eventually(() => expect(latest(watched)).toEqual([1, 2]));
  },
);

test.each<[string, string | Buffer, RegExp | undefined]>([
  ["does not parse", '{"ip": "10.0.0.1"', undefined],
  ["is empty", "", undefined],
  [
    "is too large",
    "x".repeat(300_000),
    /^the file has more than 263168 bytes; the limit of one node is 65536 characters$/,
  ],
  ["is no text", Buffer.from([0xff, 0xfe]), /bad\.json is not UTF-8 text$/],
])("a file of one node that %s is given on as a record of its own, the others are", async (_, text, problem) => {
  await write("web/good.json", '{"ip": "10.0.0.1", "port": 1}');
  await writeFile(join(nodes, "web/bad.json"), text);
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(latest(watched)?.length).toBe(2));
  const [bad, good] = watched.answers.at(-1) ?? [];
  expect([good?.source, bad?.source]).toEqual(["nodes/web/good.json", "nodes/web/bad.json"]);
  if (problem === undefined) expect(bad).toEqual({ source: bad?.source, value: text });
  else expect(bad).toEqual({ source: bad?.source, value: null, problem: expect.stringMatching(problem) });
  expect(watched.losses).toEqual([]);
});

test("a file of one node that is a directory says so, and what it was before and after", async () => {
  await write("web/a.json", '{"ip": "10.0.0.1", "port": 1}');
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(latest(watched)).toEqual(['{"ip": "10.0.0.1", "port": 1}']));
  await unlink(join(nodes, "web/a.json"));
  await mkdir(join(nodes, "web/a.json"));
  await eventually(() => expect(watched.answers.at(-1)?.[0]?.problem).toMatch(/a\.json is not a regular file$/));
  expect(watched.answers.at(-1)?.map(({ source }) => source)).toEqual(["nodes/web/a.json"]);
});

test.each([
  ["web.json", 64, /web\.json has 67108865 bytes; the limit is 67108864$/],
  ["web.yaml", 4, /web\.yaml has 4194305 bytes; the limit is 4194304; a list in JSON may have 67108864$/],
])("a list above the limit (%s, %d MiB) is refused unread", async (file, mebibytes, reason) => {
  await write(file, "[");
  await truncate(join(nodes, file), mebibytes * 1024 * 1024 + 1);
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.losses[0]).toMatch(reason));
});

test("a file or directory that stops leading anywhere is lost, and found again", async () => {
  await rm(join(nodes, "web"), { recursive: true });
  await symlink("loop.yaml", join(nodes, "loop.yaml"));
  await write("web.yaml", "[1]");
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(latest(watched)).toEqual([1]));
  await symlink("loop.yaml", join(directory, "new"));
  await rename(join(directory, "new"), join(nodes, "web.yaml"));
  await eventually(() => expect(watched.losses[0]).toMatch(/ELOOP.*web\.yaml/));
  await unlink(join(nodes, "web.yaml"));
  await write("web.yaml", "[2]");
  await eventually(() => expect(latest(watched)).toEqual([2]));
});

test("a cluster whose last file is removed is lost, not empty", async () => {
  await rm(join(nodes, "web"), { recursive: true });
  await write("web.yaml", "[1]");
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.calls).toEqual(["records"]));
  await unlink(join(nodes, "web.yaml"));
  await eventually(() => expect(watched.losses).toEqual([expect.stringContaining("there is no nodes/web.yaml")]));
  expect(watched.answers).toEqual([[{ source: "nodes/web.yaml[0]", value: 1 }]]);
  await mkdir(join(nodes, "web"));
  await eventually(() => expect(latest(watched)).toEqual([]));
});

test("a list that is removed beside another source counts as removed, unless it is back at once", async () => {
  const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  onTestFinished(() => clock.mockRestore());
  await write("web.yaml", "[1]");
  await write("web/a.json", "2");
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(latest(watched)).toEqual([1, "2"]));
  await rename(join(nodes, "web.yaml"), join(nodes, "web.yaml~"));
  await write("web/b.json", "3");
  await eventually(() => expect(latest(watched)).toEqual([1, "2", "3"]));
  await write("web.yaml", "[1]");
  await write("web/c.json", "4");
  await eventually(() => expect(latest(watched)).toEqual([1, "2", "3", "4"]));
  clock.mockRestore();
  await unlink(join(nodes, "web.yaml"));
  await eventually(() => expect(latest(watched)).toEqual(["2", "3", "4"]));
  expect(watched.answers.every((records) => records.some(({ value }) => value === "2"))).toBe(true);
});

test("the directory of another cluster that is named like a list is none", async () => {
  await mkdir(join(nodes, "web.yaml"));
  await write("web.yaml/a.json", "1");
  const discovery = discoveryIn(directory);
  const [web, other] = [watch(discovery, "web"), watch(discovery, "web.yaml")];
  await eventually(() => expect([web.answers, other.answers.map((answer) => answer.length)]).toEqual([[[]], [1]]));
});

test("an absolute path is taken as it is, a missing directory is named with what to do", async () => {
  const elsewhere = join(directory, "elsewhere");
  const watched = watch(discoveryIn(directory, { path: elsewhere }), "web");
  await eventually(() => expect(watched.losses[0]).toContain(`there is no directory ${elsewhere}`));
  expect(watched.losses[0]).toContain('make it or correct "path"');
});

test.each<[unknown, string]>([
  [{}, '"path" is required'],
  [{ path: "" }, 'path: must be the path of a directory, got ""'],
  [{ path: "nodes", ttl: "soon" }, 'ttl: must be a duration such as 250ms, 30s, 5m, or off, got "soon"'],
  [{ path: "nodes", tll: "5s" }, 'tll: unknown key "tll"; did you mean "ttl"?'],
])("the configuration %j is refused", (config, message) => {
  expect(() => FileDiscovery.validateConfig(config)).toThrow(ConfigError);
  expect(() => FileDiscovery.validateConfig(config)).toThrow(message);
});

test("the configuration of before is taken as it is", () => {
  expect(FileDiscovery.validateConfig({ path: "nodes", ttl: "off" })).toEqual({ path: "nodes", ttl: "off" });
});

test.runIf(process.getuid?.() !== 0)("a list that may not be read is lost", async () => {
  await write("web.yaml", "[1]");
  await chmod(join(nodes, "web.yaml"), 0);
  const watched = watch(discoveryIn(directory), "web");
  await eventually(() => expect(watched.losses[0]).toMatch(/EACCES.*web\.yaml/));
});
