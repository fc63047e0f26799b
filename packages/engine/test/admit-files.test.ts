import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type AdmissionProblem, type AdmissionRules, admitFiles } from "../src/config/admit-files.js";

/** A file that needs others by name, and of which no two may hold one port. */
interface File {
  readonly needs?: string;
  readonly port?: number;
}

type Files = Readonly<Record<string, File>>;

function problemsOf(set: ReadonlyMap<string, File>): readonly AdmissionProblem[] {
  return [...set].flatMap(([slot, { needs, port }]) => {
    const same = [...set].filter(([other, file]) => other !== slot && port !== undefined && file.port === port);
    const missing = needs !== undefined && !set.has(needs);
    return [
      ...(missing ? [{ slot, involves: [needs] }] : []),
      ...(same.length > 0 ? [{ slot, involves: same.map(([other]) => other) }] : []),
    ];
  });
}

const RULES: AdmissionRules<File, AdmissionProblem> = {
  judge: problemsOf,
  compare: (a, b) => {
    if ((a.file === undefined) !== (b.file === undefined)) return a.file === undefined ? 1 : -1;
    return a.slot < b.slot ? -1 : 1;
  },
};

function admit(accepted: Files, wanted: Files): { admitted: Files; refused: readonly string[] } {
  const [before, after] = [accepted, wanted].map((files) => new Map(Object.entries(files)));
  const { admitted, refused } = admitFiles(before ?? new Map(), after ?? new Map(), RULES);
  return { admitted: Object.fromEntries(admitted), refused: [...refused.keys()] };
}

describe("what goes together", () => {
  const zk = {};
  const web80 = { needs: "zk", port: 80 };
  const api81 = { needs: "zk", port: 81 };
  const web81 = { needs: "zk", port: 81 };
  const api80 = { needs: "zk", port: 80 };
  const lost = { needs: "nothing" };
  test.each<[string, Files, Files, Files, readonly string[]]>([
    ["a set without problems as a whole", {}, { zk, web: web80 }, { zk, web: web80 }, []],
    [
      "two that swap their ports",
      { zk, web: web80, api: api81 },
      { zk, web: web81, api: api80 },
      { zk, web: web81, api: api80 },
      [],
    ],
    [
      "a swap beside a third that is at fault",
      { zk, web: web80, api: api81 },
      { zk, web: web81, api: api80, lost },
      { zk, web: web81, api: api80 },
      ["lost"],
    ],
    [
      "a new one on a port that is taken",
      { zk, web: web80 },
      { zk, web: web80, api: api80 },
      { zk, web: web80 },
      ["api"],
    ],
    [
      "two new ones on one port: the first by name",
      { zk },
      { zk, web: web80, api: api80 },
      { zk, api: api80 },
      ["web"],
    ],
    ["a removal of what is needed", { zk, web: web80 }, { web: web80 }, { zk, web: web80 }, ["zk"]],
    ["a removal together with its users", { zk, web: web80 }, {}, {}, []],
    [
      "a rename together with its users",
      { zk, web: web80 },
      { zk2: zk, web: { needs: "zk2", port: 80 } },
      { zk2: zk, web: { needs: "zk2", port: 80 } },
      [],
    ],
    [
      "a rename that one user does not follow",
      { zk, web: web80, api: api81 },
      { zk2: zk, web: { needs: "zk2" }, api: api81 },
      { zk, zk2: zk, web: { needs: "zk2" }, api: api81 },
      ["zk"],
    ],
    [
      "a change for the worse keeps the version before",
      { zk, web: web80 },
      { zk, web: lost },
      { zk, web: web80 },
      ["web"],
    ],
    [
      "a port that is free once another change is in",
      { zk, web: web80 },
      { zk, web: web81, api: api80, lost },
      { zk, web: web81, api: api80 },
      ["lost"],
    ],
  ])("%s", (_what, accepted, wanted, admitted, refused) => {
    expect(admit(accepted, wanted)).toEqual({ admitted, refused });
  });

  it("takes nothing where it is not known who is at fault and no change is good alone", () => {
    const accepted = new Map([["a", 1]]);
    const judge = (set: ReadonlyMap<string, number>): readonly AdmissionProblem[] =>
      [...set.values()].every((value) => value === 1) ? [] : [{ slot: "elsewhere", involves: [] }];
    const { admitted, refused } = admitFiles(
      accepted,
      new Map([
        ["a", 2],
        ["b", 2],
      ]),
      { judge, compare: () => 0 },
    );
    expect([...admitted]).toEqual([["a", 1]]);
    expect([...refused.keys()].sort()).toEqual(["a", "b"]);
  });
});

const slot = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
const file: fc.Arbitrary<File> = fc.record(
  { needs: slot, port: fc.integer({ min: 80, max: 83 }) },
  { requiredKeys: [] },
);
const files: fc.Arbitrary<Files> = fc.dictionary(slot, file);

test("whatever the change: the result is valid, no refused change would fit it alone, and no good one is kept out", () => {
  fc.assert(
    fc.property(files, files, (start, wantedFiles) => {
      const accepted = admitFiles(new Map(), new Map(Object.entries(start)), RULES).admitted;
      const wanted = new Map(Object.entries(wantedFiles));
      const { admitted, refused } = admitFiles(accepted, wanted, RULES);
      expect(problemsOf(admitted)).toEqual([]);
      for (const name of new Set([...accepted.keys(), ...wanted.keys()])) {
        const version = refused.has(name) ? accepted.get(name) : wanted.get(name);
        expect(admitted.get(name)).toBe(version);
      }
      for (const name of refused.keys()) {
        const trial = new Map(admitted);
        const version = wanted.get(name);
        if (version === undefined) trial.delete(name);
        else trial.set(name, version);
        expect(problemsOf(trial)).not.toEqual([]);
      }
      if (problemsOf(wanted).length === 0) expect(refused.size).toBe(0);
    }),
    { numRuns: 2000 },
  );
});

test("the order in which files are listed makes no difference", () => {
  fc.assert(
    fc.property(files, files, (start, wantedFiles) => {
      const reversed = (all: Files): Files => Object.fromEntries(Object.entries(all).reverse());
      const accepted = Object.fromEntries(admitFiles(new Map(), new Map(Object.entries(start)), RULES).admitted);
      expect(admit(reversed(accepted), reversed(wantedFiles))).toEqual(admit(accepted, wantedFiles));
    }),
  );
});
