import type { Cluster, ClusterProblem, Context, SyncResult } from "@lighthouse-sd/core";
import { type BackOff, backOffMs } from "@lighthouse-sd/plugin-kit";
import { type Clock, settlesWithin } from "../clock.js";
import type { BalancerSettings, FileProblem } from "../config/configuration.js";
import { errorText, oneLine } from "../error-text.js";
import type { Noter } from "../journal/runner-event.js";
import type { CallTimes } from "../plugin-calls.js";
import { BalancerInstance } from "./balancer-instance.js";
import { type BalancerState, newBalancerState, withFailure, withNewGeneration, withResult } from "./balancer-state.js";
import { BalancerVoice } from "./balancer-voice.js";
import { ALL_CONFIRMED, type Unconfirmed, withChange, withConfirmation, withSyncBegun } from "./convergence.js";
import { dueAt, NEVER, type Pending, type Settle, withEvent } from "./settle.js";
import { type SyncMeter, syncWord } from "./sync-meter.js";
import { inSyncSpan, type SyncEnd } from "./sync-span.js";
import type { TargetReport } from "./target-report.js";

/** What one balancer's loop needs. */
export interface BalancerLoopOptions {
  readonly settings: BalancerSettings;
  readonly clock: Clock;
  readonly times: CallTimes;
  /** From 0 to 1, for spreading retries. */
  readonly random: () => number;
  readonly settle: () => Settle;
  readonly contextFor: (settings: BalancerSettings, requestSync: (reason: string) => void) => Context;
  /** The clusters of this balancer now; `before` is what it gave last. */
  readonly clusters: (before: readonly Cluster[]) => readonly Cluster[];
  /** True: all sources of `clusters` have been heard. */
  readonly complete: (clusters: readonly Cluster[]) => boolean;
  readonly place: (settings: BalancerSettings, problems: readonly ClusterProblem[]) => readonly FileProblem[];
  /** No call into the plugin is made before this has resolved. */
  readonly startAfter: Promise<unknown>;
  readonly onState: () => void;
  readonly meter: SyncMeter;
  readonly note: Noter;
}

const BACK_OFF: BackOff = { firstMs: 500, capMs: 30_000 };
/** The shortest wait a plugin can ask for with syncAgainMs, in milliseconds. */
const SHORTEST_AGAIN_MS = 20;
/** A sync that has not begun so many milliseconds after it was due will not begin by itself. */
const OVERDUE_MS = 10_000;

/** Keeps one balancer in line: whatever happens only marks it, and one sync at a time works with the newest state. */
export class BalancerLoop {
  readonly #options: BalancerLoopOptions;
  readonly #instance: BalancerInstance;
  readonly #voice: BalancerVoice;
  readonly #stop = new AbortController();
  #settings: BalancerSettings;
  #state: BalancerState;
  #clusters: readonly Cluster[] = [];
  #pending: Pending | undefined;
  #unconfirmed: Unconfirmed = ALL_CONFIRMED;
  #last: { readonly startAt: number; readonly endAt: number } = NEVER;
  #failures = 0;
  #retryAt = Number.POSITIVE_INFINITY;
  #againAt = Number.POSITIVE_INFINITY;
  /** The settings whose preparation failed last, with the reason. */
  #unprepared: { readonly settings: BalancerSettings; readonly error: string } | undefined;
  #turning: Promise<void> = Promise.resolve();
  #busy = false;
  /** Says that the call that is going on ignores its abort. */
  #ignoring: string | null = null;
  #dueAt = Number.POSITIVE_INFINITY;
  #held = true;
  #cancelTimer: () => void = () => undefined;

  constructor(options: BalancerLoopOptions) {
    const { settings, clock, times } = options;
    this.#options = options;
    this.#settings = settings;
    this.#state = withNewGeneration(newBalancerState(settings.plugin.name, settings.file));
    const context = options.contextFor(settings, (reason) => this.#requested(reason));
    this.#voice = new BalancerVoice(settings.name, context.log, options.note);
    const onIgnoredAbort = (message: string): void => {
      if (this.#busy) this.#ignoring = message;
      this.#fail(message);
    };
    this.#instance = new BalancerInstance(context, { clock, times, signal: this.#stop.signal, onIgnoredAbort });
    this.changed();
    void options.startAfter.then(() => {
      this.#held = false;
      this.#schedule();
    });
  }

  /** How it stands, what has changed since the last sync included. */
  state(): BalancerState {
    this.refresh();
    return { ...this.#state, standstill: this.#standstill() };
  }

  /** The balancer's file has changed: taken in by the next sync, with the back-off of earlier failures forgotten. */
  configure(settings: BalancerSettings): void {
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#state = { ...withNewGeneration(this.#state), type: settings.plugin.name, file: settings.file };
    this.#failures = 0;
    this.#retryAt = Number.POSITIVE_INFINITY;
    this.changed();
  }

  /** Members or configuration have changed for this balancer; `at`: when that became known, as `Clock.elapsed`. */
  changed(at: number = this.#options.clock.elapsed()): void {
    this.#unconfirmed = withChange(this.#unconfirmed, at);
    this.mark();
  }

  /** Something that concerns this balancer may have changed. */
  mark(isRequest: boolean = false): void {
    this.#pending = withEvent(this.#pending, this.#options.clock.elapsed(), isRequest);
    this.#schedule();
  }

  /** Ends the loop and lets the instance go; the target is left running. Resolves in limited time. */
  async stop(): Promise<void> {
    const { clock, times } = this.#options;
    this.#stop.abort();
    this.#cancelTimer();
    if (await settlesWithin(clock, times.stopMs, this.#turning)) {
      return this.#instance.stop();
    }
    this.#voice.failed(`stopping: a call has not ended within ${times.stopMs / 1000} s and is left behind`);
  }

  /** What the target says of the nodes of `cluster`, once the call that is going on has ended. Never rejects. */
  async describe(cluster: string): Promise<TargetReport> {
    const { clock, times } = this.#options;
    const until = clock.elapsed() + times.describeMs;
    while (this.#busy) {
      const ended = await settlesWithin(clock, until - clock.elapsed(), this.#turning);
      if (!ended) return { kind: "failed", reason: "a sync is going on and has not ended" };
    }
    const asked = this.#clusters.find(({ name }) => name === cluster);
    if (asked === undefined || this.#stop.signal.aborted)
      return { kind: "failed", reason: "it does not carry the cluster now" };
    this.#cancelTimer();
    this.#busy = true;
    const looking = this.#look(asked);
    this.#turning = looking.then(() => undefined);
    // One that ignores its abort keeps syncs waiting, as it must, but not who asks.
    const ended = await settlesWithin(clock, times.describeMs + times.graceMs, looking);
    return ended ? await looking : { kind: "failed", reason: "describe does not end although its signal has aborted" };
  }

  async #look(cluster: Cluster): Promise<TargetReport> {
    try {
      const nodes = await this.#instance.describe(cluster);
      return nodes === undefined ? { kind: "mute" } : { kind: "nodes", nodes };
    } catch (error) {
      return { kind: "failed", reason: errorText(error) };
    } finally {
      this.#ended();
    }
  }

  /** The loop begins a sync when one is due and ends it with the call, so only these two can keep it from going on. */
  #standstill(): string | null {
    if (this.#busy) return this.#ignoring;
    const lateMs = this.#options.clock.elapsed() - this.#dueAt;
    return lateMs > OVERDUE_MS ? `a sync was due ${Math.round(lateMs / 1000)} s ago and has not begun` : null;
  }

  #ended(): void {
    this.#busy = false;
    this.#ignoring = null;
    this.#schedule();
  }

  #requested(reason: unknown): void {
    this.#voice.requested(oneLine(String(reason)));
    this.mark(true);
  }

  /** Takes in the newest clusters; any change in them is an event. */
  refresh(): void {
    const clusters = this.#options.clusters(this.#clusters);
    if (clusters === this.#clusters) return;
    this.#clusters = clusters;
    this.#state = withNewGeneration(this.#state);
    // What waits for a sync already is what shows here.
    if (this.#unconfirmed.waiting.length === 0) this.changed();
    else this.mark();
  }

  #schedule(): void {
    if (this.#busy || this.#held || this.#stop.signal.aborted) return;
    const { clock, settle } = this.#options;
    const eventAt = this.#pending === undefined ? Number.POSITIVE_INFINITY : dueAt(this.#pending, this.#last, settle());
    const at = Math.min(eventAt, this.#retryAt, this.#againAt);
    this.#cancelTimer();
    this.#dueAt = at;
    this.#cancelTimer = clock.after(Math.max(0, at - clock.elapsed()), () => {
      this.#busy = true;
      this.#turning = this.#turn().finally(() => {
        this.#ended();
        this.#options.onState();
      });
    });
  }

  /** One sync with the newest state. Never rejects. */
  async #turn(): Promise<void> {
    const { clock } = this.#options;
    const startAt = clock.elapsed();
    const isRetry = startAt >= this.#retryAt;
    this.refresh();
    this.#pending = undefined;
    this.#unconfirmed = withSyncBegun(this.#unconfirmed);
    this.#againAt = Number.POSITIVE_INFINITY;
    if (isRetry) this.#retryAt = Number.POSITIVE_INFINITY;
    const begun = { balancer: this.#settings.name, state: this.#state, clusters: this.#clusters.length, isRetry };
    try {
      await inSyncSpan(begun, () => this.#prepareAndSync(isRetry));
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failed(errorText(error));
    } finally {
      this.#last = { startAt, endAt: clock.elapsed() };
    }
  }

  /** Undefined: it was called off. */
  async #prepareAndSync(isRetry: boolean): Promise<SyncEnd | undefined> {
    const { generation } = this.#state;
    const clusters = this.#clusters;
    const complete = this.#options.complete(clusters);
    const error = await this.#prepare(isRetry);
    if (this.#stop.signal.aborted) return undefined;
    if (!this.#instance.isUsable()) throw new Error(error ?? "it cannot be used");
    const result = await this.#instance.sync(clusters);
    this.#settled(result, { error, generation, complete });
    return { result, error };
  }

  /** Why the newest settings are not what the instance works with; null: they are. What failed is tried again when a
   * retry is due, not at every event. */
  async #prepare(isRetry: boolean): Promise<string | null> {
    const settings = this.#settings;
    if (this.#unprepared?.settings === settings && !isRetry) return this.#unprepared.error;
    try {
      await this.#instance.prepare(settings);
      this.#unprepared = undefined;
      return null;
    } catch (error) {
      this.#unprepared = { settings, error: errorText(error) };
      return this.#unprepared.error;
    }
  }

  #settled(result: SyncResult, turn: { error: string | null; generation: number; complete: boolean }): void {
    const { clock, place } = this.#options;
    const { converged, syncAgainMs } = result;
    const problems = place(this.#settings, result.problems ?? []);
    this.#state = withResult(this.#state, { ...turn, result, problems, at: clock.now() });
    this.#voice.synced(result, problems);
    this.#measure(result, turn.error === null);
    if (syncAgainMs !== undefined) this.#againAt = clock.elapsed() + Math.max(SHORTEST_AGAIN_MS, syncAgainMs);
    if (turn.error !== null) this.#voice.failed(turn.error);
    if (turn.error !== null || (!converged && syncAgainMs === undefined)) {
      this.#retryLater();
      return;
    }
    this.#failures = 0;
    this.#retryAt = Number.POSITIVE_INFINITY;
    this.#voice.well();
  }

  #measure(result: SyncResult, isNewest: boolean): void {
    const { meter, clock } = this.#options;
    meter.synced(syncWord(result), result.changes);
    if (!result.converged || !isNewest) return;
    const { unconfirmed, seconds } = withConfirmation(this.#unconfirmed, clock.elapsed());
    this.#unconfirmed = unconfirmed;
    meter.confirmed(seconds);
  }

  #failed(error: string): void {
    this.#options.meter.synced("failed", []);
    this.#fail(error);
    this.#retryLater();
  }

  #fail(error: string): void {
    this.#state = withFailure(this.#state, error);
    this.#voice.failed(error);
    this.#options.onState();
  }

  /** Events between two retries bring the next one neither nearer nor further away. */
  #retryLater(): void {
    if (this.#retryAt !== Number.POSITIVE_INFINITY) return;
    this.#failures++;
    const { clock, random } = this.#options;
    this.#retryAt = clock.elapsed() + backOffMs(this.#failures, random(), BACK_OFF);
  }
}
