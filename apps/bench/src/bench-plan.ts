/** How much is measured; every part is bounded by a count and by a time, so that a slow machine measures less of it. */
export interface BenchPlan {
  readonly sizes: readonly number[];
  /** One member added and removed, in each column. */
  readonly pairs: Bound;
  /** How many are added at once. */
  readonly burst: number;
  readonly bursts: Bound;
  /** Blocks of changes whose CPU time is measured, in each column. */
  readonly cpuBlocks: Bound;
  /** Changes of one block. */
  readonly cpuChanges: Bound;
  readonly longLived: { readonly connections: number; readonly changes: number };
  /** A service comes up, with each registry. */
  readonly starts: Bound;
}

/** At most so many, and none that begins after so many milliseconds; but always one. */
export interface Bound {
  readonly count: number;
  readonly ms: number;
}

/** `npm run bench` */
export const FULL: BenchPlan = {
  sizes: [10, 100, 1_000, 10_000],
  pairs: { count: 15, ms: 120_000 },
  burst: 500,
  bursts: { count: 3, ms: 5_000 },
  cpuBlocks: { count: 2, ms: 12_000 },
  cpuChanges: { count: 100, ms: 3_000 },
  longLived: { connections: 50, changes: 20 },
  starts: { count: 20, ms: 90_000 },
};

/** `npm run bench -- --quick` */
export const QUICK: BenchPlan = {
  sizes: [10, 1_000],
  pairs: { count: 3, ms: 9_000 },
  burst: 500,
  bursts: { count: 1, ms: 0 },
  cpuBlocks: { count: 1, ms: 0 },
  cpuChanges: { count: 24, ms: 600 },
  longLived: { connections: 50, changes: 10 },
  starts: { count: 5, ms: 20_000 },
};

/** `npm run bench -- --registries` */
export const REGISTRIES_ALONE: BenchPlan = { ...FULL, sizes: [] };

/** Runs `step` as often as `bound` lets it; gives how often that was. */
export async function within(bound: Bound, step: (index: number) => Promise<void>): Promise<number> {
  const began = performance.now();
  let index = 0;
  do {
    await step(index);
    index += 1;
  } while (index < bound.count && performance.now() - began < bound.ms);
  return index;
}
