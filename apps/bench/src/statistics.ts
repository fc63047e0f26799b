/** What several measurements of one thing come to. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  /** The largest: of everything measured here, less is better. */
  readonly worst: number;
}

/** Undefined where nothing was measured. */
export function summarise(values: readonly number[]): Summary | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const worst = sorted.at(-1);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (worst === undefined || upper === undefined || lower === undefined) return undefined;
  return { count: sorted.length, median: (lower + upper) / 2, worst };
}

/** How many times `of` goes into `value`; undefined where that says nothing. */
export function ratio(value: number | undefined, of: number | undefined): number | undefined {
  if (value === undefined || of === undefined || of <= 0) return undefined;
  return value / of;
}

/** What `amount` for `changes` changes would be for a thousand; undefined without any change. */
export function perThousand(amount: number, changes: number): number | undefined {
  return changes === 0 ? undefined : (amount / changes) * 1_000;
}
