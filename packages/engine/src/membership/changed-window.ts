/** Where two lists differ: from `start` up to `beforeEnd` in the one, up to `afterEnd` in the other. */
export interface ChangedWindow {
  readonly start: number;
  readonly beforeEnd: number;
  readonly afterEnd: number;
}

/** What is left of two lists without what both begin with and what both end with. */
export function changedWindow<B, A>(
  before: readonly B[],
  after: readonly A[],
  isSame: (before: B, after: A) => boolean,
): ChangedWindow {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start] as B, after[start] as A)) start++;
  let [beforeEnd, afterEnd] = [before.length, after.length];
  while (beforeEnd > start && afterEnd > start && isSame(before[beforeEnd - 1] as B, after[afterEnd - 1] as A)) {
    beforeEnd--;
    afterEnd--;
  }
  return { start, beforeEnd, afterEnd };
}
