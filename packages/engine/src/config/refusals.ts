import type { FileProblem } from "./configuration.js";
import type { SetProblem } from "./cross-file-problems.js";
import type { Draft } from "./draft.js";
import type { Drafts } from "./file-set.js";
import { formatProblem, sortProblems } from "./sort-problems.js";

const SHOWN = 5;

/** What a person is told of each change that was not admitted. `refused`: what each would bring by itself; `whole`: what
 * all files together would. A change of which neither says anything in its own file is told what it does to others. */
export function describeRefusals(
  refused: ReadonlyMap<string, readonly SetProblem[]>,
  whole: readonly SetProblem[],
  accepted: Drafts,
  wanted: Drafts,
): readonly FileProblem[] {
  return [...refused].flatMap(([slot, alone]) => {
    const own = [...whole, ...alone].filter((problem) => problem.slot === slot);
    const file = wanted.get(slot);
    if (own.length > 0 && file !== undefined) return own.map(withoutSlot);
    const others = sortProblems(alone.map(withoutSlot));
    if (file !== undefined) return [{ file: file.file, line: 1, column: 1, message: cannotChange(others) }];
    const before = accepted.get(slot);
    return before === undefined ? [] : [{ file: before.file, message: cannotGo(before, others) }];
  });
}

function withoutSlot({ slot: _slot, involves: _involves, ...problem }: SetProblem): FileProblem {
  return problem;
}

function cannotGo(before: Draft, others: readonly FileProblem[]): string {
  if (before.kind !== "discovery")
    return `was removed, but stays in force, since without it: ${list(others.map(formatProblem))}`;
  const users = list([...new Set(others.map(({ file }) => file))]);
  return `was removed, but stays in force: still used by ${users}; give these another discovery, or bring the file back`;
}

function cannotChange(others: readonly FileProblem[]): string {
  return `does not take effect, since beside it: ${list(others.map(formatProblem))}`;
}

function list(items: readonly string[]): string {
  const more = items.length > SHOWN ? [`${items.length - SHOWN} more`] : [];
  return [...items.slice(0, SHOWN), ...more].join("; ");
}
