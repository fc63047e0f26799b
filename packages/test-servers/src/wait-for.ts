/** How long to wait, and for what. */
export interface WaitOptions {
  /** Completes the sentence "waited 5000 ms for …". */
  readonly what: string;
  /** Milliseconds until the wait is given up; default 10,000. */
  readonly deadlineMs?: number;
  /** Milliseconds between two looks; default 20. */
  readonly everyMs?: number;
}

/** Looks again and again until `condition` gives something other than undefined, null or false, which is then the
 * result. A condition that throws counts as not met; the last error is the cause of the rejection at the deadline. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { what, deadlineMs = 10_000, everyMs = 20 }: WaitOptions,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      cause = undefined;
      if (value !== undefined && value !== null && value !== false) {
        return value as Exclude<T, undefined | null | false>;
      }
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) break;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  const last = cause instanceof Error ? `: ${cause.message}` : "";
  throw new Error(`waited ${deadlineMs} ms for ${what}${last}`, { cause });
}
