import { nearestWord, type Problem } from "@lighthouse-sd/core";
import type { SetCheck } from "./cross-file-problems.js";
import type { FileSet } from "./file-set.js";

/** Why a discovery of this name cannot be used: there is none, and what may have been meant. */
export function unknownDiscovery(
  name: string,
  set: FileSet,
  check: SetCheck,
): { readonly problem: Problem; readonly involves: readonly string[] } {
  const known = [...set.discoveries.keys()].sort();
  const nearest = nearestWord(name, known);
  const was = check.before.discoveries.get(name);
  const reason =
    nearest !== undefined
      ? `; did you mean "${nearest}"?`
      : was !== undefined
        ? `: ${was.file} no longer gives it`
        : known.length === 0
          ? ": there is no file in discovery/"
          : `; there are: ${known.join(", ")}`;
  const problem = { path: ["discovery"], message: `there is no discovery "${name}"${reason}` };
  return { problem, involves: was === undefined ? [] : [was.slot] };
}
