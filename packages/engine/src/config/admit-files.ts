/** A problem of a set of files, told of one of them. */
export interface AdmissionProblem {
  /** The file at fault, as far as is known. */
  readonly slot: string;
  /** Files that may be at fault where `slot` itself has not changed; empty: not known. */
  readonly involves: readonly string[];
}

/** What is admitted of a changed set of files. */
export interface Admission<File, Problem> {
  /** Valid as a whole. */
  readonly admitted: ReadonlyMap<string, File>;
  /** The changes that are not in it, each with the problems it alone would bring. */
  readonly refused: ReadonlyMap<string, readonly Problem[]>;
}

/** How a set is judged and in which order its changes are tried. */
export interface AdmissionRules<File, Problem> {
  /** Empty: the set is valid. */
  judge(set: ReadonlyMap<string, File>): readonly Problem[];
  /** `file` undefined: the slot's file is gone. */
  compare(a: { slot: string; file: File | undefined }, b: { slot: string; file: File | undefined }): number;
}

/** Takes a set of files from `accepted`, which is valid, as far towards `wanted` as it can go and stay valid. A slot that
 * is missing in `wanted` is to be removed. All changes together are tried first, so that what depends on each other
 * goes through together; then without those at fault; then those again, one by one, until none of them fits any more.
 * The same two sets always give the same result, and no change that is refused would fit the result by itself. */
export function admitFiles<File, Problem extends AdmissionProblem>(
  accepted: ReadonlyMap<string, File>,
  wanted: ReadonlyMap<string, File>,
  rules: AdmissionRules<File, Problem>,
): Admission<File, Problem> {
  const slots = [...new Set([...accepted.keys(), ...wanted.keys()])];
  const changed = slots
    .filter((slot) => accepted.get(slot) !== wanted.get(slot))
    .sort((a, b) => rules.compare({ slot: a, file: wanted.get(a) }, { slot: b, file: wanted.get(b) }));
  let open = withoutFaulty(accepted, wanted, changed, rules);
  let admitted = assemble(
    accepted,
    wanted,
    changed.filter((slot) => !open.includes(slot)),
  );
  const refused = new Map<string, readonly Problem[]>();
  for (let progress = open.length > 0; progress; ) {
    progress = false;
    refused.clear();
    for (const slot of open) {
      const trial = assemble(admitted, wanted, [slot]);
      const problems = rules.judge(trial);
      if (problems.length > 0) {
        refused.set(slot, problems);
        continue;
      }
      admitted = trial;
      progress = true;
    }
    open = open.filter((slot) => refused.has(slot));
    if (open.length === 0) break;
  }
  return { admitted, refused };
}

/** The changes to leave out so that the rest is valid: what problems are told of, else what they may come from. */
function withoutFaulty<File, Problem extends AdmissionProblem>(
  accepted: ReadonlyMap<string, File>,
  wanted: ReadonlyMap<string, File>,
  changed: readonly string[],
  rules: AdmissionRules<File, Problem>,
): readonly string[] {
  let kept = new Set(changed);
  while (kept.size > 0) {
    const problems = rules.judge(assemble(accepted, wanted, [...kept]));
    if (problems.length === 0) break;
    const faulty = problems.flatMap(({ slot, involves }) =>
      kept.has(slot) ? [slot] : involves.filter((involved) => kept.has(involved)),
    );
    kept = faulty.length === 0 ? new Set() : new Set([...kept].filter((slot) => !faulty.includes(slot)));
  }
  return changed.filter((slot) => !kept.has(slot));
}

function assemble<File>(
  base: ReadonlyMap<string, File>,
  wanted: ReadonlyMap<string, File>,
  slots: readonly string[],
): ReadonlyMap<string, File> {
  const set = new Map(base);
  for (const slot of slots) {
    const file = wanted.get(slot);
    if (file === undefined) set.delete(slot);
    else set.set(slot, file);
  }
  return set;
}
