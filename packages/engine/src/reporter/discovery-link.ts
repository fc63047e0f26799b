import type { Context, Discovery } from "@lighthouse-sd/core";
import type { BackOff } from "@lighthouse-sd/plugin-kit";
import { type Clock, settlesWithin } from "../clock.js";
import type { DiscoverySettings } from "../config/configuration.js";
import type { CallTimes, PluginCalls } from "../plugin-calls.js";
import { bringUp, letGo } from "../plugin-instance.js";

/** What one discovery needs for registering services. */
export interface DiscoveryLinkOptions {
  readonly settings: DiscoverySettings;
  readonly context: Context;
  readonly clock: Clock;
  readonly times: CallTimes;
  readonly random: () => number;
}

const BACK_OFF: BackOff = { firstMs: 1000, capMs: 30_000 };

/** One instance of a discovery, for reports: brought up again and again until that succeeds, and let go when it is no
 * longer wanted and the last report through it is over. */
export class DiscoveryLink {
  readonly settings: DiscoverySettings;
  /** The instance; undefined: the link was retired before there was one. Never rejects. */
  readonly instance: Promise<Discovery<unknown> | undefined>;
  readonly #options: DiscoveryLinkOptions;
  readonly #stop = new AbortController();
  readonly #failureListeners = new Set<(reason: string) => void>();
  #failure: string | undefined;
  #users = 0;
  #retired = false;
  #free: () => void = () => undefined;
  readonly #unused = new Promise<void>((resolve) => {
    this.#free = resolve;
  });

  constructor(options: DiscoveryLinkOptions) {
    this.settings = options.settings;
    this.#options = options;
    this.instance = this.#bringUp();
  }

  /** Keeps the instance until the returned function is called. `onFailure` is told while there is none, and why. */
  use(onFailure: (reason: string) => void): () => void {
    this.#users++;
    this.#failureListeners.add(onFailure);
    if (this.#failure !== undefined) onFailure(this.#failure);
    let used = true;
    return () => {
      if (!used) return;
      used = false;
      this.#failureListeners.delete(onFailure);
      this.#users--;
      this.#freeIfDone();
    };
  }

  /** No new report comes. Resolves when the instance has been let go, after the last report is over or after a limit
   * (`withinMs`), in limited time then. */
  async retire(withinMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    this.#retired = true;
    this.#freeIfDone();
    await settlesWithin(this.#options.clock, withinMs, this.#unused);
    this.#stop.abort();
    const instance = await this.instance;
    if (instance !== undefined) await letGo(instance, this.#calls(), this.#options.context.log);
  }

  async #bringUp(): Promise<Discovery<unknown> | undefined> {
    const { settings, context, random } = this.#options;
    const { plugin } = settings.plugin;
    const onFailure = (reason: string): void => this.#fail(reason);
    const own = { config: settings.config, context, calls: this.#calls(), random, backOff: BACK_OFF, onFailure };
    const instance = await bringUp<Discovery<unknown>>({ plugin, ...own });
    if (this.#failure !== undefined && instance !== undefined) context.log.info("is at work now");
    this.#failure = undefined;
    return instance;
  }

  #fail(reason: string): void {
    if (this.#failure !== reason) this.#options.context.log.error(`cannot be used: ${reason}`);
    this.#failure = reason;
    for (const listener of [...this.#failureListeners]) listener(reason);
  }

  #freeIfDone(): void {
    if (this.#retired && this.#users === 0) this.#free();
  }

  #calls(): PluginCalls {
    const { clock, times, context } = this.#options;
    return { clock, times, signal: this.#stop.signal, onIgnoredAbort: (message) => context.log.error(message) };
  }
}
