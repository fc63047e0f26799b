import type { CallOptions } from "@lighthouse-sd/core";
import type { Clock } from "./clock.js";
import { errorText } from "./error-text.js";
import { limitedCall } from "./limited-call.js";

/** How long calls into plugins may take, in milliseconds. */
export interface CallTimes {
  /** validateDependencies, applyConfig. */
  readonly prepareMs: number;
  readonly syncMs: number;
  /** A look at the target for somebody who waits; syncs wait for it meanwhile. */
  readonly describeMs: number;
  /** Until a stop is given up. */
  readonly stopMs: number;
  /** From a call's abort until it is reported as ignoring it. */
  readonly graceMs: number;
}

/** What holds unless a test says otherwise. */
export const CALL_TIMES: CallTimes = {
  prepareMs: 20_000,
  syncMs: 60_000,
  describeMs: 3000,
  stopMs: 2000,
  graceMs: 5000,
};

/** What one plugin instance is called through. */
export interface PluginCalls {
  readonly clock: Clock;
  readonly times: CallTimes;
  /** Aborted when the instance is no longer wanted. */
  readonly signal: AbortSignal;
  readonly onIgnoredAbort: (message: string) => void;
}

/** One call into a plugin, limited; `what` says of whom for errors. */
export function callPlugin<T>(
  calls: PluginCalls,
  what: string,
  limitMs: number,
  run: (options: CallOptions) => T | Promise<T>,
): Promise<T> {
  const { clock, signal, onIgnoredAbort, times } = calls;
  return limitedCall({ what, limitMs, graceMs: times.graceMs, clock, signal, onIgnoredAbort }, run);
}

interface Dependent<Config> {
  validateDependencies(options: CallOptions & { readonly config?: Config }): Promise<boolean>;
}

/** Rejects, saying what is missing, unless everything that `config` asks for is there. */
export async function requireDependencies<Config>(
  calls: PluginCalls,
  plugin: Dependent<Config>,
  config: Config,
): Promise<void> {
  const run = (options: CallOptions): Promise<boolean> => plugin.validateDependencies({ ...options, config });
  const met = await callPlugin<unknown>(calls, "validateDependencies", calls.times.prepareMs, run).catch(
    (error: unknown) => {
      throw new Error(`its dependencies are not met: ${errorText(error)}`, { cause: error });
    },
  );
  if (met === true) return;
  const found =
    met === false ? "without saying which" : `validateDependencies must give true or false, gave ${typeof met}`;
  throw new Error(`its dependencies are not met (${found})`);
}
