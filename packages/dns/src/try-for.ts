/** Runs `work` with a signal that aborts when `signal` does, or after `limitMs`. What has arrived by then is read first:
 * it counts though this process stood still. Leaves no timer or listener behind. */
export async function tryFor<T>(
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = new AbortController();
  const abort = (): void => limited.abort(signal.reason);
  let last: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    last = setImmediate(() => limited.abort());
  }, limitMs);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await work(limited.signal);
  } finally {
    clearTimeout(timer);
    clearImmediate(last);
    signal.removeEventListener("abort", abort);
  }
}
