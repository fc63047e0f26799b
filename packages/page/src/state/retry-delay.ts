const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** How long to wait before the next attempt after `failures` in a row, in milliseconds; `random` is from 0 to 1: tabs do
 * not come back all at once. */
export function retryDelay(failures: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(longest * (0.5 + random / 2));
}
