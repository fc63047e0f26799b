/** How long retries wait, in milliseconds. */
export interface BackOff {
  readonly firstMs: number;
  readonly capMs: number;
}

/** How long to wait before the next try after `failures` (at least 1) failures in a row: doubled each time up to the
 * cap, and spread over its upper half by `random` (0 to 1), so that many hosts do not come back at the same moment. */
export function backOffMs(failures: number, random: number, { firstMs, capMs }: BackOff): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(Math.max(0, failures - 1), 40));
  return Math.round(full * (0.5 + random / 2));
}
