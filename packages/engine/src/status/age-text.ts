const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1000, "s"],
];

/** How long ago `time` (ISO 8601) was at `now` (Unix milliseconds), as people say it: `4d 3h`, `5m 2s`, `now`; `-` where
 * there is no such time. */
export function ageText(time: string | null, now: number): string {
  const at = Date.parse(time ?? "");
  if (Number.isNaN(at)) return "-";
  let rest = Math.max(0, now - at);
  const parts: string[] = [];
  for (const [ms, unit] of UNITS) {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    if (count > 0 || parts.length > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(" ").replace(/ 0\w$/, "") || "now";
}
