/** Waits until the work is done, or a person wishes its end (the signal aborts): tells which, true where it is done. */
export async function untilAborted(signal, work) {
  const aborted = new Promise((resolve) => signal.addEventListener("abort", () => resolve(false), { once: true }));
  const done = work().then(
    () => true,
    (error) => {
      // What it was in the middle of when a person ended it fails then.
      if (signal.aborted) return false;
      throw error;
    },
  );
  return await Promise.race([done, aborted]);
}
