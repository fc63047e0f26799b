/** Longer than a timer can be set for; nobody waits that long without being woken. */
const LONGEST_MS = 2 ** 31 - 1;

/** Resolves after so many milliseconds (Infinity: never), or as soon as `signal` aborts; never rejects. Leaves neither
 * timer nor listener behind. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(LONGEST_MS, milliseconds));
    signal?.addEventListener("abort", done, { once: true });
  });
}
