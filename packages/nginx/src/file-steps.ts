import type { StandingFiles, WantedFile } from "./upstream-files.js";

/** One file on its way from the last text that nginx took to the one that is wanted; undefined: no file. */
export interface FileStep {
  readonly file: string;
  /** Null: its cluster was removed. */
  readonly cluster: string | null;
  readonly upstream: string;
  /** What nginx took last. */
  readonly good: string | undefined;
  /** What is there now. */
  readonly standing: string | undefined;
  readonly wanted: string | undefined;
}

/** What was good, by file, where the files are not known to have been taken since; null: no file. */
export type LastGood = Readonly<Record<string, string | null>>;

/** What has to be done, and what was done without nginx having said yet that it is good. Files of others are no part. */
export function fileSteps(
  { own, foreign }: StandingFiles,
  wanted: ReadonlyMap<string, WantedFile>,
  lastGood: LastGood,
): readonly FileStep[] {
  const files = [...new Set([...own.keys(), ...wanted.keys(), ...Object.keys(lastGood)])].sort();
  return files.flatMap((file) => {
    if (foreign.has(file)) return [];
    const standing = own.get(file);
    const good = Object.hasOwn(lastGood, file) ? (lastGood[file] ?? undefined) : standing;
    const target = wanted.get(file);
    if (target?.text === standing && target?.text === good) return [];
    const upstream = target?.upstream ?? upstreamIn(standing ?? good ?? "");
    return [{ file, cluster: target?.cluster ?? null, upstream, good, standing, wanted: target?.text }];
  });
}

/** The name of the upstream in one of our files. */
export function upstreamIn(text: string): string {
  return /^upstream (\S+) \{$/m.exec(text)?.[1] ?? "";
}

/** The step that a refusal of nginx speaks of: by the file that it names, else by the upstream. */
export function stepAtFault(
  refusal: string,
  steps: readonly FileStep[],
  directories: readonly string[],
): FileStep | undefined {
  const byFile = steps.find(({ file }) =>
    directories.some((directory) => refusal.includes(` in ${directory}/${file}:`)),
  );
  if (byFile !== undefined) return byFile;
  const quoted = new Set([...refusal.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name.toLowerCase()));
  return steps.find(({ upstream }) => {
    const name = upstream.toLowerCase();
    return name !== "" && (quoted.has(name) || quoted.has(`lighthouse_${name}`));
  });
}
