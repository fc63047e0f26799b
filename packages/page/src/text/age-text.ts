/** The shortest span that a unit is used for, and the unit, in milliseconds. */
const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
];

/** How long ago `time` (Unix milliseconds) was, in one unit: `5m ago`. Within the last minute, and where clocks differ:
 * `just now`. */
export function ageText(time: number, now: number): string {
  const age = now - time;
  const [ms, unit] = UNITS.find(([least]) => age >= least) ?? [];
  return ms === undefined ? "just now" : `${Math.floor(age / ms)}${unit} ago`;
}
