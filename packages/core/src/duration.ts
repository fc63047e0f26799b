/** A span of time as people write it: `250ms`, `30s`, `5m`, `6h`, `1d`, a number of seconds, or `off`. */
export type Duration = string | number;

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/;

/** Milliseconds; `null` for `off`; `undefined` for what is no duration. A bare number is seconds. */
export function parseDuration(value: unknown): number | null | undefined {
  if (value === "off" || value === false) return null;
  const match = FORM.exec(typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "");
  if (match === null) return undefined;
  const milliseconds = Number(match[1]) * (MILLISECONDS[match[2] ?? "s"] ?? Number.NaN);
  return Number.isFinite(milliseconds) ? Math.round(milliseconds) : undefined;
}

/** Milliseconds of a duration that a schema has accepted; Infinity for `off`. */
export function durationMs(value: Duration): number {
  const milliseconds = parseDuration(value);
  if (milliseconds === undefined) throw new TypeError(`not a duration: ${JSON.stringify(value)}`);
  return milliseconds ?? Number.POSITIVE_INFINITY;
}
