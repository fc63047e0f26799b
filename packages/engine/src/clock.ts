import { startTimer } from "@lighthouse-sd/plugin-kit";

/** The longest time Node's timers can wait, in milliseconds. */
const LONGEST_TIMER = 2_147_483_647;

/** Time, as everything here that waits or stamps sees it. */
export interface Clock {
  /** Unix milliseconds, for people and for files. Jumps when somebody sets the clock. */
  now(): number;
  /** Milliseconds that only ever go forward, for measuring and scheduling. */
  elapsed(): number;
  /** Calls `callback` once after `ms` milliseconds; what it returns calls that off. Infinity: never. */
  after(ms: number, callback: () => void): () => void;
}

/** The real time. Its timers keep the process alive; what has arrived when one is due is heard first. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, callback) => {
    if (ms === Number.POSITIVE_INFINITY) return () => undefined;
    if (ms <= 0) {
      // The shortest timer takes a millisecond.
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    }
    return startTimer(Math.min(ms, LONGEST_TIMER), callback);
  },
};

/** Settles after `ms` milliseconds, or as soon as `signal` aborts. Never rejects. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = (): void => {
      cancel();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal.addEventListener("abort", wake, { once: true });
  });
}

/** True: `work` settled within `ms` milliseconds, well or not; false: it is still going on. Never rejects. */
export function settlesWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    const settled = (): void => {
      cancel();
      resolve(true);
    };
    work.then(settled, settled);
  });
}
