import type { Clock } from "../clock.js";
import type { RunnerState } from "../http/status.js";
import { type OnceVerdict, onceVerdict } from "./once-verdict.js";

/** How long sources may take to answer, in milliseconds. */
const ANSWER_MS = 30_000;

/** A runner as far as waiting for it goes. */
export interface Observed {
  state(): RunnerState;
  onState(listener: () => void): void;
}

/** Waits until everything is in line, or `timeoutMs` milliseconds have passed, or `signal` aborts. */
export function waitUntilInLine(
  runner: Observed,
  { clock, timeoutMs, signal }: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<OnceVerdict> {
  return new Promise((resolve) => {
    let patient = true;
    const end = (): void => {
      for (const cancel of cancels) cancel();
      signal.removeEventListener("abort", end);
      resolve(onceVerdict(runner.state(), patient));
    };
    const look = (): void => {
      if (onceVerdict(runner.state(), patient).done) end();
    };
    const cancels = [
      clock.after(timeoutMs, end),
      clock.after(ANSWER_MS, () => {
        patient = false;
        look();
      }),
    ];
    signal.addEventListener("abort", end, { once: true });
    runner.onState(look);
    look();
  });
}
