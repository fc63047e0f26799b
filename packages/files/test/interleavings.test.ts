import { mkdir, open, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "@lighthouse-sd/test-servers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { configurationDirectory, discoveryIn, type Watched, watch } from "./discovering.js";

const LISTS = ["web.yaml", "web.json"];
const NODES = ["web/a.json", "web/b.json", "web/c:1.reported.json"];

/** Runs go on beside one another in so many directories. */
const LANES = [1, 2, 3];

const change = fc.record({
  file: fc.constantFrom(...LISTS, ...NODES),
  how: fc.constantFrom("in place", "in place", "over the old", "by rename", "by link", "removed"),
  chunk: fc.integer({ min: 15, max: 80 }),
  /** Milliseconds between two chunks: well below the time after which a file counts as settled. */
  gap: fc.constantFrom(0, 3, 10),
  size: fc.integer({ min: 0, max: 12 }),
  /** Turns of the event loop before the next change. */
  pause: fc.constantFrom(0, 0, 1, 20, 200),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** The content of version `version` of a file; every record of it carries the version. */
function contentOf({ file, size }: Change, version: number): string {
  if (NODES.includes(file)) return JSON.stringify({ version, text: "x".repeat(size * 5) });
  const entries = Array.from({ length: size }, (_, index) => ({ version, index, text: "yz".repeat(index) }));
  if (file.endsWith(".json")) return JSON.stringify(entries);
  const lines = entries.map(({ index, text }) => `- version: ${version}\n  index: ${index}\n  text: "${text}"\n`);
  return size === 0 ? "[]\n" : lines.join("");
}

/** The records of a whole file as one text, to compare with what was told. */
function recordsOf(file: string, { size }: Change, version: number): string {
  if (NODES.includes(file)) return JSON.stringify([{ version, text: "x".repeat(size * 5) }]);
  return JSON.stringify(Array.from({ length: size }, (_, index) => ({ version, index, text: "yz".repeat(index) })));
}

/** A writer that stands still for so long, in milliseconds, may be taken to be done: files settle in 150. */
const STANDSTILL_MS = 100;

/** False: its writer has stood still on the way, so that a part of the file may have been taken for the whole. */
async function apply(nodes: string, step: Change, version: number): Promise<boolean> {
  const path = join(nodes, step.file);
  const content = contentOf(step, version);
  if (step.how === "removed") {
    await rm(path, { force: true });
    return true;
  }
  if (step.how === "by rename") {
    await writeFile(join(nodes, ".new"), content);
    await rename(join(nodes, ".new"), path);
    return true;
  }
  if (step.how === "by link") {
    await writeFile(join(nodes, `.v${version}`), content);
    await symlink(join(nodes, `.v${version}`), join(nodes, ".link"));
    await rename(join(nodes, ".link"), path);
    return true;
  }
  let [steady, since] = [true, performance.now()];
  const written = (): void => {
    steady &&= performance.now() - since < STANDSTILL_MS;
    since = performance.now();
  };
  const file = await open(path, step.how === "in place" ? "w" : "a+").then((handle) =>
    reopened(handle, path, step.how),
  );
  for (let at = 0; at < content.length; at += step.chunk) {
    await file.write(content.slice(at, at + step.chunk), at);
    written();
    if (step.gap > 0) await sleep(step.gap);
  }
  await file.truncate(content.length);
  written();
  await file.close();
  return steady;
}

/** For writing over the old content the file has to exist, and not be open for appending. */
async function reopened(handle: Awaited<ReturnType<typeof open>>, path: string, how: string): Promise<typeof handle> {
  if (how === "in place") return handle;
  await handle.close();
  return open(path, "r+");
}

/** What an answer says of each file, as one text for each. */
function byFile(records: Watched["answers"][number]): Map<string, string> {
  const values = new Map<string, unknown[]>();
  for (const { source, value } of records) {
    const file = source.replace(/^nodes\//, "").replace(/\[.*$/, "");
    values.set(file, [...(values.get(file) ?? []), typeof value === "string" ? JSON.parse(value) : value]);
  }
  return new Map([...values].map(([file, list]) => [file, JSON.stringify(list)]));
}

/** Files that have records. */
function withNodes(current: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...current].filter(([, records]) => records !== "[]"));
}

async function pauseFor(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("whatever is done to the files, only whole ones are told of, and in the end all that is there", async () => {
  const runs = process.env["LIGHTHOUSE_TEST_FULL"] ? 66 : 5;
  const property = fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 25 }), async (steps) => {
    const directory = await configurationDirectory();
    const nodes = join(directory, "nodes");
    await mkdir(join(nodes, "web"), { recursive: true });
    const watched = watch(discoveryIn(directory), "web");
    const versions = new Map([...LISTS, ...NODES].map((file) => [file, new Set<string>()]));
    const current = new Map<string, string>();
    const doubtful = new Set<string>();
    for (const [version, step] of steps.entries()) {
      const before = withNodes(current);
      versions.get(step.file)?.add(recordsOf(step.file, step, version));
      if (step.how === "removed") current.delete(step.file);
      else current.set(step.file, recordsOf(step.file, step, version));
      // Old and new content mixed cannot be told from a whole file where neither was ever read.
      if (step.how === "over the old")
        await eventually(() => expect(byFile(watched.answers.at(-1) ?? [])).toEqual(before));
      if (!(await apply(nodes, step, version))) doubtful.add(step.file);
      await pauseFor(step.pause);
    }
    await eventually(() => expect(byFile(watched.answers.at(-1) ?? [])).toEqual(withNodes(current)));
    for (const answer of watched.answers) {
      for (const [file, records] of byFile(answer))
        if (!doubtful.has(file)) expect(versions.get(file)).toContain(records);
    }
    expect(watched.losses).toEqual([]);
    await watched.stop();
  });
  // Each waits most of the time: for files to settle, and for one that is gone to stay so.
  await Promise.all(LANES.map(() => fc.assert(property, { numRuns: runs, endOnFailure: true })));
}, 600_000);
