import type { CallOptions } from "@lighthouse-sd/core";
import type { Clock } from "./clock.js";

/** How long a call into a plugin may take. */
export interface CallLimit {
  /** Who is called and what for, for the error: `syncFile of balancer haproxy`. */
  readonly what: string;
  /** Milliseconds until its signal aborts. */
  readonly limitMs: number;
  /** Milliseconds after the abort until it is reported as ignoring it. */
  readonly graceMs: number;
  readonly clock: Clock;
  /** Aborts the call early. */
  readonly signal: AbortSignal;
  /** Told once when the call goes on after its signal has aborted; it is waited for all the same. */
  readonly onIgnoredAbort: (message: string) => void;
}

/** Runs one call into a plugin under a time limit, and settles when the call itself settles: the next call never
 * overlaps one that is still going on. What is thrown at once counts as a rejection. */
export async function limitedCall<T>(limit: CallLimit, run: (options: CallOptions) => T | Promise<T>): Promise<T> {
  const controller = new AbortController();
  const limitText = `${limit.what} took longer than ${limit.limitMs / 1000} s`;
  let overdue = false;
  let cancelGrace = (): void => undefined;
  const abort = (reason: Error): void => {
    cancelGrace();
    cancelGrace = limit.clock.after(limit.graceMs, () =>
      limit.onIgnoredAbort(
        `${overdue ? limitText : `${limit.what} was called off`} and does not end although its signal has aborted`,
      ),
    );
    controller.abort(reason);
  };
  const cancelLimit = limit.clock.after(limit.limitMs, () => {
    overdue = true;
    abort(new Error(limitText));
  });
  const onOuter = (): void => abort(new Error(`${limit.what} was called off`));
  limit.signal.addEventListener("abort", onOuter, { once: true });
  if (limit.signal.aborted) onOuter();
  try {
    return await run({ signal: controller.signal });
  } catch (error) {
    throw overdue ? new Error(`${limitText} and was aborted`, { cause: error }) : error;
  } finally {
    cancelLimit();
    cancelGrace();
    limit.signal.removeEventListener("abort", onOuter);
  }
}
