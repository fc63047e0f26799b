/** What the age of files says when nothing else is known of them yet. */
export interface FirstSight {
  /** Were left by reporters that are gone. */
  readonly gone: readonly string[];
  /** Look old, but so does every file: the clock may have been set. Whether they live shows when they are refreshed. */
  readonly doubtful: readonly string[];
}

/** Judges files by their age in milliseconds by the wall clock, which may be wrong: it is believed only where some file
 * is fresh by it. */
export function judgeAtFirstSight(ages: ReadonlyMap<string, number>, ttlMs: number): FirstSight {
  const old = [...ages].filter(([, age]) => age > ttlMs).map(([file]) => file);
  const believed = [...ages.values()].some((age) => age >= 0 && age <= ttlMs);
  return believed ? { gone: old, doubtful: [] } : { gone: [], doubtful: old };
}
