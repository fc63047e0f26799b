import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@lighthouse-sd/test-servers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchDirectory } from "../src/index.js";

let root: string;
let directory: string;
let stopped: AbortController;
let hints: (string | null)[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "watched-"));
  directory = join(root, "nodes");
  stopped = new AbortController();
  hints = [];
});

afterEach(async () => {
  stopped.abort();
  await rm(root, { recursive: true });
});

async function watching(pollMs = 100): Promise<void> {
  watchDirectory(directory, (entry) => hints.push(entry), { signal: stopped.signal, pollMs });
  await hinted(null);
}

/** Waits for a hint of `entry`, then forgets all that came. */
async function hinted(entry: string | null): Promise<void> {
  await eventually(() => expect(hints).toContain(entry));
  hints = [];
}

test("the first hint is that anything may have changed", async () => {
  await mkdir(directory);
  watchDirectory(directory, (entry) => hints.push(entry), { signal: stopped.signal });
  expect(hints).toEqual([]);
  await eventually(() => expect(hints).toEqual([null]));
});

test("one entry of thousands that changes is named, the others are not", async () => {
  await mkdir(directory);
  await Promise.all(Array.from({ length: 2000 }, (_, index) => writeFile(join(directory, `${index}.json`), "{}")));
  await watching(600_000);
  await writeFile(join(directory, "7.json"), "[]");
  await eventually(() => expect(hints).toContain("7.json"));
  expect(new Set(hints)).toEqual(new Set(["7.json"]));
});

test.each<[string, (path: string) => Promise<void>]>([
  ["written", (path) => writeFile(path, "new")],
  ["removed", (path) => rm(path)],
  ["moved away", (path) => rename(path, join(root, "away"))],
  [
    "replaced by rename",
    async (path) => {
      await writeFile(join(root, "new"), "new");
      await rename(join(root, "new"), path);
    },
  ],
])("an entry that is %s is named", async (_, change) => {
  await mkdir(directory);
  await writeFile(join(directory, "web.yaml"), "old");
  await watching(600_000);
  await change(join(directory, "web.yaml"));
  await hinted("web.yaml");
});

/** Watches as a reader does: whatever the hint, what counts is what is there then. */
function following(entry: string): () => string | undefined {
  let latest: string | undefined;
  let reading = Promise.resolve();
  watchDirectory(
    directory,
    (hint) => {
      if (hint !== null && hint !== entry) return;
      reading = reading.then(async () => {
        latest = await readFile(join(directory, entry), "utf8").catch(() => undefined);
      });
    },
    { signal: stopped.signal, pollMs: 100 },
  );
  return () => latest;
}

const replacements: readonly [string, (turn: number) => Promise<unknown>][] = [
  [
    "removed and made again at once",
    async () => {
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory);
    },
  ],
  [
    "moved away and replaced by another",
    async (turn) => {
      await mkdir(join(root, "next"));
      if (turn > 0) await rename(directory, join(root, `old${turn}`));
      await rename(join(root, "next"), directory);
    },
  ],
  [
    "a link that is swapped",
    async (turn) => {
      await mkdir(join(root, `${turn}`));
      await symlink(`${turn}`, join(root, "next"));
      await rename(join(root, "next"), directory);
    },
  ],
];

test.each(replacements)(
  "a directory that comes late and is then %s, again and again, stays watched",
  async (_, replace) => {
    const latest = following("web.yaml");
    for (let turn = 0; turn < 8; turn++) {
      await replace(turn);
      for (const write of ["first", "second", "third"]) {
        await writeFile(join(directory, "web.yaml"), `${write} of ${turn}`);
        const seen = (): void => expect(latest()).toBe(`${write} of ${turn}`);
        await eventually(seen);
      }
      if (turn % 2 === 1) continue;
      await rm(join(directory, "web.yaml"));
      await eventually(() => expect(latest()).toBeUndefined());
    }
  },
  60_000,
);

test("a swap of what the entries lead through is a hint for all of them", async () => {
  await mkdir(join(directory, "..1"), { recursive: true });
  await mkdir(join(directory, "..2"));
  await symlink("..1", join(directory, "..data"));
  await watching(600_000);
  await symlink("..2", join(directory, "..next"));
  await rename(join(directory, "..next"), join(directory, "..data"));
  await hinted(null);
});

test("entries that are links to elsewhere are looked at with every poll", async () => {
  await mkdir(directory);
  await writeFile(join(root, "elsewhere"), "");
  await symlink("../elsewhere", join(directory, "web.yaml"));
  await watching(20);
  await hinted(null);
  await hinted(null);
});

test("where the kernel tells of changes a quiet directory gives few hints", async () => {
  await mkdir(directory);
  watchDirectory(directory, (entry) => hints.push(entry), { signal: stopped.signal, pollMs: 20 });
  await eventually(() => expect(hints.length).toBe(3));
  expect(hints).toEqual([null, null, null]);
});

test("nothing is left behind after the abort", async () => {
  await mkdir(directory);
  const before = process.getActiveResourcesInfo().filter((kind) => kind === "FSEventWrap").length;
  await watching();
  expect(process.getActiveResourcesInfo().filter((kind) => kind === "FSEventWrap").length).toBe(before + 1);
  stopped.abort();
  await writeFile(join(directory, "web.yaml"), "");
  await eventually(() =>
    expect(process.getActiveResourcesInfo().filter((kind) => kind === "FSEventWrap").length).toBe(before),
  );
  expect(hints).toEqual([]);
});

test("a watch whose signal has aborted already never starts", async () => {
  await mkdir(directory);
  stopped.abort();
  watchDirectory(directory, (entry) => hints.push(entry), { signal: stopped.signal, pollMs: 1 });
  await writeFile(join(directory, "web.yaml"), "");
  await new Promise((resolve) => setImmediate(resolve));
  expect(process.getActiveResourcesInfo()).not.toContain("FSEventWrap");
  expect(hints).toEqual([]);
});
