import { describe, expect, test } from "vitest";
import type { FileSlot } from "../src/config/directory-layout.js";
import { type Look, type TrackedFile, trackFiles } from "../src/config/tracked-files.js";

function at(slot: string): FileSlot {
  return { slot, kind: "cluster", base: slot.split("/").at(-1) ?? "", file: `${slot}.yaml` };
}

function tracked(...slots: readonly string[]): ReadonlyMap<string, TrackedFile> {
  return new Map(slots.map((slot) => [slot, { at: at(slot) }]));
}

function look(present: readonly string[], more: Partial<Look> = {}): Look {
  return {
    now: 5000,
    graceMs: 1000,
    present: new Map(present.map((slot) => [slot, at(slot)])),
    unreadable: new Map(),
    emptiedOnPurpose: false,
    ...more,
  };
}

const ALL = ["runner", "clusters/a", "clusters/b", "discovery/zk"];

/** Two looks: the first misses files, the second comes `ms` later and misses them still. */
function missedFor(ms: number, present: readonly string[], more: Partial<Look> = {}): ReturnType<typeof trackFiles> {
  const first = trackFiles(tracked(...ALL), look(present, more));
  return trackFiles(first.files, look(present, { now: 5000 + ms, ...more }));
}

describe("a missing file", () => {
  test("is there for another second, and is looked for again then", () => {
    const { files, lookAgainMs } = trackFiles(tracked(...ALL), look(["runner", "clusters/a", "discovery/zk"]));
    expect([...files.keys()]).toContain("clusters/b");
    expect(lookAgainMs).toBe(1000);
  });

  test.each([
    [999, true],
    [1000, false],
  ])("after %i ms: still there: %s", (ms, there) => {
    expect(missedFor(ms, ["runner", "clusters/a", "discovery/zk"]).files.has("clusters/b")).toBe(there);
  });

  test("that comes back begins anew", () => {
    const missed = trackFiles(tracked(...ALL), look(["runner"])).files;
    const back = trackFiles(missed, look(ALL, { now: 5500 })).files;
    expect(back.get("clusters/a")?.missingSince).toBeUndefined();
  });

  test("may be the only one of its folder", () => {
    const { files, problems } = missedFor(2000, ["runner", "clusters/a", "clusters/b"]);
    expect(files.has("discovery/zk")).toBe(false);
    expect(problems).toEqual([]);
  });
});

describe("nothing is removed", () => {
  test.each<[string, readonly string[], Partial<Look>, readonly string[]]>([
    [
      "when the directory is empty",
      [],
      {},
      [
        ". has lost all its files at once (4), which is taken for an accident: what was in force stays; stop the runner if nothing of it is wanted any more",
      ],
    ],
    ["when the directory cannot be read", [], { unreadable: new Map([["", "EACCES"]]) }, [". cannot be read: EACCES"]],
    [
      "when a folder cannot be read",
      ["runner", "discovery/zk"],
      { unreadable: new Map([["clusters", "EIO"]]) },
      ["clusters/ cannot be read: EIO"],
    ],
    [
      "when a folder loses all its files",
      ["runner", "discovery/zk"],
      {},
      [
        "clusters/ has lost all its files at once (2), which is taken for an accident: what was in force stays; send SIGHUP to the runner if it is meant to be empty",
      ],
    ],
  ])("%s", (_what, present, more, expected) => {
    const { files, problems } = missedFor(5000, present, more);
    expect([...files.keys()].sort()).toEqual([...ALL].sort());
    expect(problems.map(({ file, message }) => `${file} ${message}`)).toEqual(expected);
  });

  test("even on purpose, when the whole directory is empty", () => {
    expect(missedFor(5000, [], { emptiedOnPurpose: true }).files.size).toBe(ALL.length);
  });
});

test("a folder may be emptied on purpose", () => {
  const { files, problems } = missedFor(5000, ["runner", "discovery/zk"], { emptiedOnPurpose: true });
  expect([...files.keys()]).toEqual(["runner", "discovery/zk"]);
  expect(problems).toEqual([]);
});

test("a folder emptied file by file is empty", () => {
  const one = missedFor(1000, ["runner", "clusters/a", "discovery/zk"]).files;
  const none = trackFiles(one, look(["runner", "discovery/zk"], { now: 7000 })).files;
  expect([...trackFiles(none, look(["runner", "discovery/zk"], { now: 8000 })).files.keys()]).toEqual([
    "runner",
    "discovery/zk",
  ]);
});
