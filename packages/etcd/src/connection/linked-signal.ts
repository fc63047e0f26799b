/** A signal that aborts with the first of `signals`, until it is released: many calls on one long-lived signal leave
 * nothing behind on it. */
export function linkedTo(signals: readonly AbortSignal[]): {
  readonly signal: AbortSignal;
  abort(reason: Error): void;
  release(): void;
} {
  const control = new AbortController();
  const listeners = signals.map((signal) => {
    const abort = (): void => control.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  });
  return {
    signal: control.signal,
    abort: (reason) => control.abort(reason),
    release: () => {
      for (const remove of listeners) remove();
    },
  };
}
