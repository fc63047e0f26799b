import { startTimer } from "@lighthouse-sd/plugin-kit";

/** Runs `work` with a signal that aborts when `signal` does, or after `limitMs`. Leaves no timer or listener behind. */
export async function tryFor<T>(
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = new AbortController();
  const abort = (): void => limited.abort(signal.reason);
  const callOff = startTimer(limitMs, () => limited.abort());
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await work(limited.signal);
  } finally {
    callOff();
    signal.removeEventListener("abort", abort);
  }
}
