import type { Check, CheckTarget, Context } from "@lighthouse-sd/core";
import type { BackOff } from "@lighthouse-sd/plugin-kit";
import { type Clock, settlesWithin, sleep } from "../clock.js";
import type { CheckSettings } from "../config/configuration.js";
import type { CallTimes, PluginCalls } from "../plugin-calls.js";
import { bringUp, letGo } from "../plugin-instance.js";
import type { CheckResult } from "./check-health.js";
import { type CheckOutcome, runCheck } from "./check-run.js";

/** What one check of one port needs. */
export interface CheckLoopOptions {
  readonly check: CheckSettings;
  readonly target: CheckTarget;
  readonly intervalMs: number;
  readonly context: Context;
  readonly clock: Clock;
  readonly times: CallTimes;
  /** From 0 to 1, for spreading runs. */
  readonly random: () => number;
  readonly onResult: (result: CheckResult) => void;
}

/** The longest that the first run waits for others to go first, in milliseconds. */
const FIRST_SPREAD_MS = 500;
/** By how much an interval is longer or shorter than it should be, so that checks of one interval do not stay in step. */
const JITTER = 0.1;
const BACK_OFF: BackOff = { firstMs: 1000, capMs: 30_000 };

/** Runs one check of one port again and again until stopped, never beside itself: one that does not end although its
 * signal has aborted goes on failing until it has ended. */
export class CheckLoop {
  readonly #options: CheckLoopOptions;
  readonly #stop = new AbortController();
  #done: Promise<void> | undefined;
  #current: Check<unknown> | undefined;

  constructor(options: CheckLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#done ??= this.#run();
  }

  /** No result is told after this call. Resolves in limited time, whatever the check does. */
  async stop(): Promise<void> {
    const { clock, times, context } = this.#options;
    this.#stop.abort();
    const ended = await settlesWithin(clock, times.stopMs, Promise.resolve(this.#done));
    if (!ended) context.log.error(`stopping: it has not ended within ${times.stopMs / 1000} s and is left behind`);
    if (this.#current !== undefined) await letGo(this.#current, this.#calls(), context.log);
  }

  async #run(): Promise<void> {
    const { clock, intervalMs, random } = this.#options;
    const { signal } = this.#stop;
    await sleep(clock, random() * Math.min(intervalMs, FIRST_SPREAD_MS), signal);
    const check = await this.#bringUp();
    if (check === undefined) return;
    this.#current = check;
    while (!signal.aborted) {
      const due = clock.elapsed() + intervalMs * (1 - JITTER + 2 * JITTER * random());
      await this.#once(check);
      await sleep(clock, Math.max(0, due - clock.elapsed()), signal);
    }
  }

  #bringUp(): Promise<Check<unknown> | undefined> {
    const { check, context, random } = this.#options;
    const { plugin } = check.plugin;
    const onFailure = (reason: string): void => this.#tell({ passed: false, reason: `it cannot be used: ${reason}` });
    const own = { plugin, config: check.config, context, calls: this.#calls(), random, backOff: BACK_OFF, onFailure };
    return bringUp<Check<unknown>>(own);
  }

  async #once(check: Check<unknown>): Promise<void> {
    const { clock, target, times, context } = this.#options;
    const { timeoutMs } = this.#options.check;
    const { signal } = this.#stop;
    const run = runCheck((options) => check.perform(target, options), timeoutMs, clock, signal);
    this.#tell(await run.outcome);
    if (await settlesWithin(clock, times.graceMs, run.over)) return;
    context.log.error("it does not end although its signal has aborted, and is not run again until it has");
    await this.#untilOver(run.over);
    if (!signal.aborted) context.log.info("it has ended and is run again");
  }

  async #untilOver(over: Promise<void>): Promise<void> {
    const { clock, intervalMs } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted && !(await settlesWithin(clock, intervalMs, over))) {
      this.#tell({ passed: false, reason: "its last run does not end" });
    }
  }

  #tell(outcome: CheckOutcome): void {
    if (this.#stop.signal.aborted) return;
    const reason = outcome.passed ? null : outcome.reason;
    this.#options.onResult({ passed: outcome.passed, at: this.#options.clock.now(), reason });
  }

  #calls(): PluginCalls {
    const { clock, times, context } = this.#options;
    return { clock, times, signal: this.#stop.signal, onIgnoredAbort: (message) => context.log.error(message) };
  }
}
