import { type CallOptions, type Context, isConfigError, type Logger } from "@lighthouse-sd/core";
import { type BackOff, backOffMs } from "@lighthouse-sd/plugin-kit";
import { settlesWithin, sleep } from "./clock.js";
import { errorText } from "./error-text.js";
import { callPlugin, type PluginCalls, requireDependencies } from "./plugin-calls.js";

interface Instance {
  applyConfig(config: unknown): void | Promise<void>;
  stop?(options: CallOptions): Promise<void>;
}

/** What an instance of a discovery or a check is made of. */
export interface InstancePlan<Made extends Instance> {
  readonly plugin: {
    new (context: Context): Made;
    validateDependencies(options: CallOptions & { readonly config?: unknown }): Promise<boolean>;
  };
  readonly config: unknown;
  readonly context: Context;
  readonly calls: PluginCalls;
  /** From 0 to 1, for spreading retries. */
  readonly random: () => number;
  readonly backOff: BackOff;
  /** Told why there is none yet, after each try that failed. */
  readonly onFailure: (reason: string) => void;
}

/** Makes the instance and applies its configuration, again and again with back-off until that succeeds. Undefined: the
 * calls' signal has aborted before. Never rejects. */
export async function bringUp<Made extends Instance>(plan: InstancePlan<Made>): Promise<Made | undefined> {
  const { calls, random, backOff, onFailure } = plan;
  const { signal } = calls;
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      const instance = await newInstance(plan);
      if (!signal.aborted) return instance;
    } catch (error) {
      if (signal.aborted) return undefined;
      onFailure(errorText(error));
      await sleep(calls.clock, backOffMs(failures, random(), backOff), signal);
    }
  }
  return undefined;
}

async function newInstance<Made extends Instance>(plan: InstancePlan<Made>): Promise<Made> {
  const { plugin, config, context, calls } = plan;
  await requireDependencies(calls, plugin, config);
  const instance = new plugin(context);
  const apply = (): void | Promise<void> => instance.applyConfig(config);
  await callPlugin(calls, "applyConfig", calls.times.prepareMs, apply).catch((error: unknown) => {
    throw isConfigError(error) ? error : new Error(`applyConfig failed: ${errorText(error)}`, { cause: error });
  });
  return instance;
}

/** Stops an instance that is no longer called. Resolves in limited time, whatever the plugin does. */
export async function letGo(instance: Instance, calls: Omit<PluginCalls, "signal">, log: Logger): Promise<void> {
  if (instance.stop === undefined) return;
  const { clock, times } = calls;
  const own: PluginCalls = { ...calls, signal: new AbortController().signal };
  const run = callPlugin(own, "stop", times.stopMs, (options) => instance.stop?.(options));
  const stopped = run.catch((error: unknown) => log.warn(`stop failed: ${errorText(error)}`));
  await settlesWithin(clock, times.stopMs, stopped);
}
