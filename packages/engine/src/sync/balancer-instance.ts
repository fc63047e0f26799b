import { isDeepStrictEqual } from "node:util";
import {
  type Balancer,
  type Change,
  type Cluster,
  type Context,
  isConfigError,
  type NodeReport,
  type SyncResult,
} from "@lighthouse-sd/core";
import { settlesWithin } from "../clock.js";
import type { BalancerSettings } from "../config/configuration.js";
import { errorText } from "../error-text.js";
import { callPlugin, type PluginCalls, requireDependencies } from "../plugin-calls.js";
import { inSpan } from "../tracing/in-span.js";
import { readPlan, readSyncResult } from "./sync-result.js";
import { readNodeReports } from "./target-report.js";

interface Applied {
  readonly settings: BalancerSettings;
  readonly balancer: Balancer<unknown>;
}

/** One balancer's plugin instance, called in the order of the contract and never twice at once: its user awaits each
 * call before the next. */
export class BalancerInstance {
  readonly #context: Context;
  readonly #calls: PluginCalls;
  #applied: Applied | undefined;

  constructor(context: Context, calls: PluginCalls) {
    this.#context = context;
    this.#calls = calls;
  }

  /** True: `sync` can be called. After a failed `prepare` it works with the configuration before. */
  isUsable(): boolean {
    return this.#applied !== undefined;
  }

  /** Makes the instance depend on `settings`. Rejects with the reason where that fails; what was applied before then
   * stands. Settings that say the same as before cost nothing. */
  async prepare(settings: BalancerSettings): Promise<void> {
    const before = this.#applied;
    if (before !== undefined && saysTheSame(before.settings, settings)) return;
    const { plugin } = settings.plugin;
    await this.#phase("validateDependencies", () => requireDependencies(this.#calls, plugin, settings.config));
    const replaced = before !== undefined && before.settings.plugin.plugin !== plugin;
    if (replaced) await this.#letGo(before.balancer);
    const kept = replaced ? undefined : before;
    this.#applied = undefined;
    const balancer = kept?.balancer ?? new plugin(this.#context);
    try {
      await this.#applyConfig(balancer, settings);
      this.#applied = { settings, balancer };
    } catch (error) {
      if (kept === undefined) await this.#letGo(balancer);
      else await this.#restore(kept);
      throw isConfigError(error) ? error : new Error(`applyConfig failed: ${errorText(error)}`, { cause: error });
    }
  }

  /** Brings the target in line; rejects where the plugin does, or breaks the contract. */
  sync(clusters: readonly Cluster[]): Promise<SyncResult> {
    return this.#phase("syncFile", () => this.#syncFile(clusters));
  }

  async #syncFile(clusters: readonly Cluster[]): Promise<SyncResult> {
    const balancer = this.#applied?.balancer;
    if (balancer === undefined) throw new Error("sync before prepare");
    const { syncMs } = this.#calls.times;
    const value = await callPlugin<unknown>(this.#calls, "syncFile", syncMs, (options) =>
      balancer.syncFile(clusters, options),
    );
    const result = readSyncResult(value);
    if ("broken" in result) throw new Error(result.broken);
    return result;
  }

  /** What `sync` would do; undefined: this plugin cannot tell. Rejects where the plugin does, or breaks the contract. */
  async plan(clusters: readonly Cluster[]): Promise<readonly Change[] | undefined> {
    const balancer = this.#applied?.balancer;
    if (balancer === undefined) throw new Error("plan before prepare");
    if (balancer.plan === undefined) return undefined;
    const { syncMs } = this.#calls.times;
    const value = await callPlugin<unknown>(this.#calls, "plan", syncMs, (options) =>
      balancer.plan?.(clusters, options),
    );
    const changes = readPlan(value);
    if ("broken" in changes) throw new Error(changes.broken);
    return changes;
  }

  /** What the target says of the nodes of `cluster`; undefined: this plugin cannot tell. Rejects where the plugin does, or
   * breaks the contract. */
  async describe(cluster: Cluster): Promise<readonly NodeReport[] | undefined> {
    const balancer = this.#applied?.balancer;
    if (balancer === undefined) throw new Error("it cannot be used yet");
    if (balancer.describe === undefined) return undefined;
    const { describeMs } = this.#calls.times;
    const value = await callPlugin<unknown>(this.#calls, "describe", describeMs, (options) =>
      balancer.describe?.(cluster, options),
    );
    const reports = readNodeReports(value);
    if ("broken" in reports) throw new Error(reports.broken);
    return reports;
  }

  /** Lets the instance go; the target goes on running. Settles in limited time. */
  async stop(): Promise<void> {
    const balancer = this.#applied?.balancer;
    this.#applied = undefined;
    if (balancer !== undefined) await this.#letGo(balancer);
  }

  /** A failed applyConfig may have left half of it behind: the one before is applied again. */
  async #restore(kept: Applied): Promise<void> {
    try {
      await this.#applyConfig(kept.balancer, kept.settings);
      this.#applied = kept;
    } catch (error) {
      this.#context.log.error(`the configuration before cannot be applied again either: ${errorText(error)}`);
      await this.#letGo(kept.balancer);
    }
  }

  #applyConfig(balancer: Balancer<unknown>, settings: BalancerSettings): Promise<void> {
    const { prepareMs } = this.#calls.times;
    const apply = (): void | Promise<void> => balancer.applyConfig(settings.config);
    return this.#phase("applyConfig", () => callPlugin<void>(this.#calls, "applyConfig", prepareMs, apply));
  }

  /** A call of the contract that a trace of a sync shows by itself. */
  #phase<T>(method: string, call: () => Promise<T>): Promise<T> {
    const attributes = { "lighthouse.balancer.name": this.#context.name };
    return inSpan({ name: `lighthouse.plugin.${method}`, attributes }, call);
  }

  async #letGo(balancer: Balancer<unknown>): Promise<void> {
    if (balancer.stop === undefined) return;
    const { clock, times } = this.#calls;
    // Not called off by the signal that says that the instance is no longer wanted: this is what follows from it.
    const calls = { ...this.#calls, signal: new AbortController().signal };
    const run = callPlugin(calls, "stop", times.stopMs, (options) => balancer.stop?.(options));
    const stopped = run.catch((error: unknown) => this.#context.log.warn(`stop failed: ${errorText(error)}`));
    if (await settlesWithin(clock, times.stopMs, stopped)) return;
    this.#context.log.error(`stop did not end within ${times.stopMs / 1000} s; the instance is left behind`);
  }
}

function saysTheSame(a: BalancerSettings, b: BalancerSettings): boolean {
  return a === b || (a.plugin.plugin === b.plugin.plugin && isDeepStrictEqual(a.config, b.config));
}
