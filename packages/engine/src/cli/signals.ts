/** What signals ask for. */
export interface SignalHandlers {
  /** SIGTERM or SIGINT, the first one. */
  readonly stop: (signal: NodeJS.Signals) => void;
  /** SIGTERM or SIGINT again: end at once with this exit code. */
  readonly abandon: (exitCode: number) => void;
  /** SIGHUP. */
  readonly rescan: () => void;
}

const STOPPING: readonly (readonly [NodeJS.Signals, number])[] = [
  ["SIGTERM", 143],
  ["SIGINT", 130],
];

/** Listens to signals. Returns what undoes it. */
export function onSignals({ stop, abandon, rescan }: SignalHandlers): () => void {
  let stopping = false;
  const listeners = STOPPING.map(([signal, exitCode]) => {
    const listener = (): void => {
      const again = stopping;
      stopping = true;
      if (again) abandon(exitCode);
      else stop(signal);
    };
    return [signal, listener] as const;
  });
  for (const [signal, listener] of listeners) process.on(signal, listener);
  process.on("SIGHUP", rescan);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
    process.off("SIGHUP", rescan);
  };
}
