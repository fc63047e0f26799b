/** What one run of a check came to. */
export interface CheckResult {
  readonly passed: boolean;
  /** Unix milliseconds. */
  readonly at: number;
  /** Why it failed; null: it passed. */
  readonly reason: string | null;
}

/** What is made of a check's results. Never changed, only replaced. */
export interface CheckHealth {
  /** Null: not decided yet. */
  readonly passing: boolean | null;
  /** Since when `passing` is what it is, Unix milliseconds. */
  readonly since: number;
  /** How many results like the last one came in a row. */
  readonly inARow: number;
  readonly last: CheckResult | null;
}

/** How many results in a row decide. */
export interface Thresholds {
  readonly rise: number;
  readonly fall: number;
}

/** Of a check that has not run yet. */
export function notChecked(now: number): CheckHealth {
  return { passing: null, since: now, inARow: 0, last: null };
}

/** Of a check that begins anew with other settings: its verdict stands until the new ones have decided. */
export function checkedAnew({ passing, since }: CheckHealth): CheckHealth {
  return { passing, since, inARow: 0, last: null };
}

/** Passing after `rise` passes in a row, failing after `fall` failures in a row; until then as before. */
export function withResult(health: CheckHealth, result: CheckResult, { rise, fall }: Thresholds): CheckHealth {
  const inARow = health.last?.passed === result.passed ? health.inARow + 1 : 1;
  const decided = inARow >= (result.passed ? rise : fall);
  const passing = decided ? result.passed : health.passing;
  return { passing, since: passing === health.passing ? health.since : result.at, inARow, last: result };
}
