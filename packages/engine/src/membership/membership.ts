import { isDeepStrictEqual } from "node:util";
import type { Context, Logger } from "@lighthouse-sd/core";
import { type Clock, settlesWithin } from "../clock.js";
import type { ClusterSettings, Configuration, DiscoverySettings } from "../config/configuration.js";
import { errorText } from "../error-text.js";
import type { CallTimes } from "../plugin-calls.js";
import { AddressClaims } from "./address-claims.js";
import {
  type ClusterState,
  unknownCluster,
  withAnswer,
  withLoss,
  withMemory,
  withoutTakenOver,
  withSnapshot,
} from "./cluster-state.js";
import type { WatchSink } from "./cluster-watch.js";
import { DiscoveryRun } from "./discovery-run.js";
import { membershipSentences } from "./membership-sentence.js";
import { REFRESH_MS, type SnapshotKeeper } from "./snapshot-keeper.js";
import { type Snapshot, snapshotOf } from "./snapshot-text.js";

/** How long a source may take to answer before what disk remembers is used, in milliseconds. */
const STANDBY_MS = 2000;
const MOVED = "it is asked anew after a change of configuration and has not answered yet";

/** What the membership truth needs. */
export interface MembershipOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: CallTimes;
  /** From 0 to 1, for spreading retries. */
  readonly random: () => number;
  /** What disk remembers. */
  readonly snapshots: Pick<SnapshotKeeper, "read" | "keep" | "flush">;
  readonly contextFor: (settings: DiscoverySettings) => Context;
  /** What balancers see of `cluster`, or whether its source has spoken, has changed; `at`: when its source said so, as
   * `Clock.elapsed`. */
  readonly onChange: (cluster: string, at: number) => void;
}

interface Entry {
  settings: ClusterSettings;
  state: ClusterState;
  /** What disk remembers, until the source has answered. */
  standby: Snapshot | undefined;
  /** True: the source has answered, or it is clear that it does not for now. */
  decided: boolean;
  /** Undefined: `standby` is still being read. */
  run: DiscoveryRun | undefined;
  cancelStandby: () => void;
}

/** Who is in each cluster now, from all discoveries together. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #runs = new Map<string, DiscoveryRun>();
  readonly #claims = new AddressClaims();
  readonly #endings = new Set<Promise<void>>();
  #cancelRefresh: () => void = () => undefined;
  #stopped = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#refreshLater();
  }

  /** Follows what `configuration` asks for from now on. What has not changed goes on undisturbed. */
  apply(configuration: Configuration): void {
    if (this.#stopped) return;
    this.#applyDiscoveries(configuration.discoveries);
    for (const name of [...this.#entries.keys()]) if (!configuration.clusters.has(name)) this.#remove(name);
    for (const settings of configuration.clusters.values()) this.#applyCluster(settings);
  }

  /** Undefined: there is no such cluster. */
  state(cluster: string): ClusterState | undefined {
    return this.#entries.get(cluster)?.state;
  }

  /** The clusters whose source has neither answered nor failed so far. */
  undecided(): readonly string[] {
    return [...this.#entries].flatMap(([name, { decided }]) => (decided ? [] : [name]));
  }

  /** Ends all watches and writes down what is to be remembered. Resolves in limited time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRefresh();
    for (const { cancelStandby } of this.#entries.values()) cancelStandby();
    for (const run of this.#runs.values()) this.#end(run);
    const flushed = settlesWithin(this.#options.clock, this.#options.times.stopMs, this.#options.snapshots.flush());
    await Promise.all([flushed, ...this.#endings]);
  }

  #applyDiscoveries(discoveries: Configuration["discoveries"]): void {
    for (const [name, run] of [...this.#runs]) {
      const settings = discoveries.get(name);
      if (settings !== undefined && sameDiscovery(run.settings, settings)) continue;
      this.#runs.delete(name);
      for (const entry of this.#entries.values()) if (entry.run === run) this.#detach(entry);
      this.#end(run);
    }
    for (const settings of discoveries.values()) {
      if (this.#runs.has(settings.name)) continue;
      const { clock, times, random, contextFor } = this.#options;
      const run = new DiscoveryRun({ settings, context: contextFor(settings), clock, times, random });
      this.#runs.set(settings.name, run);
      run.start();
    }
  }

  #applyCluster(settings: ClusterSettings): void {
    const entry = this.#entries.get(settings.name);
    if (entry === undefined) {
      this.#add(settings);
      return;
    }
    const before = entry.settings;
    entry.settings = settings;
    const moved =
      before.discovery !== settings.discovery || !isDeepStrictEqual(before.discoveryBlock, settings.discoveryBlock);
    if (moved && entry.run !== undefined) this.#detach(entry);
    if (entry.run === undefined && entry.standby !== PENDING) this.#attach(entry);
  }

  #add(settings: ClusterSettings): void {
    const { clock, snapshots } = this.#options;
    const { name } = settings;
    const state = unknownCluster(clock.now());
    const entry: Entry = { settings, state, standby: PENDING, decided: false, run: undefined, cancelStandby: nothing };
    this.#entries.set(name, entry);
    void snapshots.read(name).then((snapshot) => {
      if (this.#stopped || this.#entries.get(name) !== entry) return;
      entry.standby = snapshot;
      if (snapshot !== undefined) entry.state = withMemory(entry.state, snapshot);
      entry.cancelStandby = clock.after(STANDBY_MS, () => this.#useStandby(entry));
      this.#attach(entry);
    });
  }

  #remove(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    entry?.run?.unwatch(name);
    entry?.cancelStandby();
    this.#claims.forget(name);
    this.#options.onChange(name, this.#options.clock.elapsed());
  }

  #attach(entry: Entry): void {
    const { name, discovery, discoveryBlock } = entry.settings;
    entry.run = this.#runs.get(discovery);
    entry.run?.watch(name, discoveryBlock, this.#sinkOf(entry));
  }

  /** Takes a cluster off its source, for another one. */
  #detach(entry: Entry): void {
    entry.run?.unwatch(entry.settings.name);
    entry.run = undefined;
    if (entry.state.source === "live") this.#replace(entry, withLoss(entry.state, MOVED, this.#options.clock.now()));
  }

  #sinkOf(entry: Entry): WatchSink {
    const guarded = (what: () => void): void => {
      try {
        what();
      } catch (error) {
        this.#options.log.error(
          `cluster ${entry.settings.name}: its source's word was not taken: ${errorText(error)}`,
          { err: error },
        );
      }
    };
    return {
      answer: (records) => guarded(() => this.#answer(entry, records)),
      lost: (reason) => guarded(() => this.#lost(entry, reason)),
    };
  }

  #answer(entry: Entry, records: readonly unknown[]): void {
    const { name, guard } = entry.settings;
    const { clock, onChange } = this.#options;
    const at = clock.elapsed();
    const before = entry.state;
    const known = before.nodes ?? before.readings.nodes;
    entry.cancelStandby();
    entry.standby = undefined;
    const first = !entry.decided;
    entry.decided = true;
    const state = withAnswer(before, records, guard, clock.now());
    if (state.nodes !== null && state.nodes !== known) this.#claim(name, this.#claims.claim(name, known, state.nodes));
    this.#replace(entry, state, at);
    if (first && state.nodes === before.nodes) onChange(name, at);
  }

  #lost(entry: Entry, reason: string): void {
    this.#replace(entry, withLoss(entry.state, reason, this.#options.clock.now()));
    this.#useStandby(entry);
  }

  /** The source does not answer for now: what disk remembers stands until it does. */
  #useStandby(entry: Entry): void {
    entry.cancelStandby();
    if (entry.decided) return;
    const { clock } = this.#options;
    const { standby } = entry;
    entry.standby = undefined;
    entry.decided = true;
    const before = entry.state;
    if (standby !== undefined) {
      const restored = withSnapshot(before, standby, clock.now());
      this.#replace(entry, withoutTakenOver(restored, this.#claims.ofOthers(entry.settings.name)));
    }
    if (entry.state === before) this.#options.onChange(entry.settings.name, clock.elapsed());
  }

  /** `cluster` has taken `addresses` into use: lists that only disk stands behind give them up. */
  #claim(cluster: string, addresses: ReadonlySet<string>): void {
    if (addresses.size === 0) return;
    for (const [name, entry] of this.#entries) {
      if (name === cluster) continue;
      const state = withoutTakenOver(entry.state, addresses);
      if (state === entry.state) continue;
      this.#options.log.warn(
        `cluster ${name}: remembered nodes are dropped: cluster ${cluster} has taken over their address`,
      );
      this.#replace(entry, state);
    }
  }

  #replace(entry: Entry, state: ClusterState, at: number = this.#options.clock.elapsed()): void {
    const before = entry.state;
    if (state === before) return;
    entry.state = state;
    const { name } = entry.settings;
    const { log, onChange } = this.#options;
    for (const { level, text } of membershipSentences(name, before, state)) log[level](text);
    if (state.readings !== before.readings || state.source !== before.source) this.#remember(entry);
    if (state.nodes !== before.nodes || state.source !== before.source) onChange(name, at);
  }

  #remember(entry: Entry): void {
    const { clock, snapshots } = this.#options;
    const { name } = entry.settings;
    if (entry.state.nodes === null) return;
    snapshots.keep(name, () => snapshotOf(name, entry.state.readings, entry.state.confirmedAt ?? clock.now()));
  }

  /** A list that stays the same for days is confirmed all the time. */
  #refreshLater(): void {
    this.#cancelRefresh = this.#options.clock.after(REFRESH_MS, () => {
      for (const entry of this.#entries.values()) if (entry.state.source === "live") this.#remember(entry);
      this.#refreshLater();
    });
  }

  #end(run: DiscoveryRun): void {
    const ending = run.stop().finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }
}

/** Stands in for a snapshot that is still being read. */
const PENDING: Snapshot = { cluster: "", at: 0, members: [] };

function nothing(): void {}

function sameDiscovery(a: DiscoverySettings, b: DiscoverySettings): boolean {
  return a === b || (a.plugin.plugin === b.plugin.plugin && isDeepStrictEqual(a.config, b.config));
}
