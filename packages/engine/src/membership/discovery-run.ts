import type { Context, Discovery, Logger } from "@lighthouse-sd/core";
import type { BackOff } from "@lighthouse-sd/plugin-kit";
import { type Clock, settlesWithin } from "../clock.js";
import type { DiscoverySettings } from "../config/configuration.js";
import type { CallTimes, PluginCalls } from "../plugin-calls.js";
import { bringUp, letGo } from "../plugin-instance.js";
import { ClusterWatch, type WatchSink } from "./cluster-watch.js";

/** What one discovery instance needs. */
export interface DiscoveryRunOptions {
  readonly settings: DiscoverySettings;
  readonly context: Context;
  readonly clock: Clock;
  readonly times: CallTimes;
  readonly random: () => number;
}

interface Watched {
  readonly block: unknown;
  readonly sink: WatchSink;
  watch: ClusterWatch | undefined;
}

const BACK_OFF: BackOff = { firstMs: 1000, capMs: 30_000 };

/** One discovery file at work: brings the plugin's instance up, again and again until it succeeds, and keeps its
 * clusters watched. A changed file is another run. */
export class DiscoveryRun {
  readonly settings: DiscoverySettings;
  readonly #options: DiscoveryRunOptions;
  readonly #stop = new AbortController();
  readonly #watched = new Map<string, Watched>();
  #discovery: Discovery<unknown> | undefined;
  /** Why there is no instance yet. */
  #failure: string | undefined;
  #up: Promise<void> | undefined;
  #ending: Promise<unknown>[] = [];

  constructor(options: DiscoveryRunOptions) {
    this.settings = options.settings;
    this.#options = options;
  }

  start(): void {
    this.#up ??= this.#bringUp();
  }

  /** Follows `cluster` until `unwatch` or `stop`. */
  watch(cluster: string, block: unknown, sink: WatchSink): void {
    const watched: Watched = { block, sink, watch: undefined };
    this.#watched.set(cluster, watched);
    if (this.#discovery !== undefined) this.#startWatch(cluster, watched, this.#discovery);
    else if (this.#failure !== undefined) sink.lost(this.#failure);
  }

  /** Nothing reaches the sink of `cluster` after this call. */
  unwatch(cluster: string): void {
    const watch = this.#watched.get(cluster)?.watch;
    this.#watched.delete(cluster);
    if (watch === undefined) return;
    const ending = watch.stop().finally(() => {
      this.#ending = this.#ending.filter((other) => other !== ending);
    });
    this.#ending.push(ending);
  }

  /** Ends all watches, then the instance. Resolves in limited time, whatever the plugin does. */
  async stop(): Promise<void> {
    const { clock, times, context } = this.#options;
    for (const cluster of [...this.#watched.keys()]) this.unwatch(cluster);
    this.#stop.abort();
    const ended = await settlesWithin(clock, times.stopMs, Promise.all([this.#up, ...this.#ending]));
    if (!ended) context.log.error(`stopping: a watch has not ended within ${times.stopMs / 1000} s and is left behind`);
    if (this.#discovery !== undefined) await letGo(this.#discovery, this.#calls(this.#stop.signal), context.log);
  }

  async #bringUp(): Promise<void> {
    const { settings, context, random } = this.#options;
    const { plugin } = settings.plugin;
    const calls = this.#calls(this.#stop.signal);
    const onFailure = (reason: string): void => this.#fail(reason);
    const plan = { plugin, config: settings.config, context, calls, random, backOff: BACK_OFF, onFailure };
    const discovery = await bringUp<Discovery<unknown>>(plan);
    if (discovery === undefined) return;
    if (this.#failure !== undefined) context.log.info("is at work now");
    this.#failure = undefined;
    this.#discovery = discovery;
    for (const [cluster, watched] of this.#watched) this.#startWatch(cluster, watched, discovery);
  }

  #calls(signal: AbortSignal): PluginCalls {
    const { clock, times, context } = this.#options;
    return { clock, times, signal, onIgnoredAbort: (message) => context.log.error(message) };
  }

  #fail(reason: string): void {
    if (this.#failure !== reason) this.#options.context.log.error(`cannot be used: ${reason}`);
    this.#failure = reason;
    for (const { sink } of this.#watched.values()) sink.lost(reason);
  }

  #startWatch(cluster: string, watched: Watched, discovery: Discovery<unknown>): void {
    const { clock, context, random } = this.#options;
    const { block, sink } = watched;
    watched.watch = new ClusterWatch({
      cluster,
      block,
      discovery,
      sink,
      clock,
      log: context.log satisfies Logger,
      random,
    });
    watched.watch.start();
  }
}
