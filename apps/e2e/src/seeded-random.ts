/** Random numbers that come again with the same seed. */
export interface SeededRandom {
  readonly seed: number;
  /** An integer from `from` to `to`, both included. */
  integer(from: number, to: number): number;
  /** One of `values`. */
  pick<T>(values: readonly T[]): T;
}

/** The seed of this run: LIGHTHOUSE_TEST_SEED, or a new one. A test that uses it says it when it fails. */
export const testSeed: number = Number(process.env["LIGHTHOUSE_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** True where the long forms were asked for (`npm run test:full`). */
export const isFullRun: boolean = process.env["LIGHTHOUSE_TEST_FULL"] === "1";

/** Mulberry32: small, fast, good enough to choose what a test does next. */
export function seededRandom(seed: number = testSeed): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    seed,
    integer,
    pick: (values) => {
      const value = values[integer(0, values.length - 1)];
      if (value === undefined) throw new Error("pick of nothing");
      return value;
    },
  };
}
