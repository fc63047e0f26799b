import { expect, it } from "vitest";
import { type Admission, admitSteps } from "../src/admit-steps.js";
import type { FileStep } from "../src/file-steps.js";

/** A directory, and an nginx that refuses where one of `wrong` stands in it, naming whom `names` says. */
function directory(wrong: readonly string[], names: "file" | "nobody"): Admission & { files: Map<string, string> } {
  const files = new Map<string, string>();
  return {
    files,
    directories: ["/d"],
    async put(file, text) {
      if (text === undefined) files.delete(file);
      else files.set(file, text);
    },
    async judge() {
      const found = [...files].find(([file, text]) => text === "new" && wrong.includes(file));
      if (found !== undefined) return names === "file" ? `bad in /d/${found[0]}:1` : "unknown variable";
      return files.has("broken") ? "broken" : undefined;
    },
  };
}

const steps: readonly FileStep[] = ["a", "b", "c", "d", "e"].map((name) => {
  const good = name === "a" ? undefined : "old";
  return { file: name, cluster: name, upstream: `up-${name}`, good, standing: good, wanted: "new" };
});

for (const names of ["file", "nobody"] as const) {
  it.each([[[]], [["a"]], [["b", "e"]], [["a", "b", "c", "d", "e"]]])(
    `takes back %j alone, where nginx names ${names === "file" ? "the file" : "nobody"}`,
    async (wrong) => {
      const admission = directory(wrong, names);
      const refused = await admitSteps(steps, admission);
      expect(refused.map(({ step }) => step.file).sort()).toEqual(wrong);
      for (const { file, good } of steps) {
        expect(admission.files.get(file)).toBe(wrong.includes(file) ? good : "new");
      }
    },
  );
}

it("takes everything back where nginx refuses what was there before too", async () => {
  const admission = directory([], "nobody");
  admission.files.set("broken", "by hand");
  await expect(admitSteps(steps, admission)).rejects.toThrow("broken; it did before any upstream changed");
  for (const { file, good } of steps) expect(admission.files.get(file)).toBe(good);
});

it("takes everything back where it cannot ask", async () => {
  const admission = directory([], "nobody");
  const judge = async (): Promise<string> => Promise.reject(new Error("aborted"));
  await expect(admitSteps(steps, { ...admission, judge })).rejects.toThrow("aborted");
  for (const { file, good } of steps) expect(admission.files.get(file)).toBe(good);
});
