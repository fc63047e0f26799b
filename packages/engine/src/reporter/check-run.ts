import type { CallOptions } from "@lighthouse-sd/core";
import { type Clock, settlesWithin } from "../clock.js";
import { errorText } from "../error-text.js";

/** What one run of a check came to: a text says why it failed. */
export type CheckOutcome = { readonly passed: true } | { readonly passed: false; readonly reason: string };

/** One run of a check. */
export interface CheckRun {
  /** Settles at the deadline at the latest, whatever the check does. Never rejects. */
  readonly outcome: Promise<CheckOutcome>;
  /** Settles when the check itself has. Never rejects. */
  readonly over: Promise<void>;
}

/** Runs `perform` once. It has failed when it gives anything but true, rejects, or has not settled after `limitMs`
 * milliseconds; `signal` calls it off. */
export function runCheck(
  perform: (options: CallOptions) => Promise<boolean>,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
): CheckRun {
  const controller = new AbortController();
  const callOff = (): void => controller.abort(new Error("the check is called off"));
  signal.addEventListener("abort", callOff, { once: true });
  if (signal.aborted) callOff();
  const work = (async (): Promise<unknown> => perform({ signal: controller.signal }))();
  const judged = work.then(judge, (error: unknown): CheckOutcome => ({ passed: false, reason: errorText(error) }));
  const over = judged.then(() => signal.removeEventListener("abort", callOff));
  const outcome = (async (): Promise<CheckOutcome> => {
    if (await settlesWithin(clock, limitMs, judged)) return judged;
    const reason = `it gave no answer within ${limitMs / 1000} s`;
    controller.abort(new Error(reason));
    return { passed: false, reason };
  })();
  return { outcome, over };
}

function judge(answer: unknown): CheckOutcome {
  if (answer === true) return { passed: true };
  if (answer === false) return { passed: false, reason: "it said no" };
  return {
    passed: false,
    reason: `it must answer true or false, it answered ${answer === null ? "null" : typeof answer}`,
  };
}
