import { isDeepStrictEqual } from "node:util";
import type { Context, Logger, Node } from "@lighthouse-sd/core";
import { type Clock, settlesWithin } from "../clock.js";
import type { ClusterSettings, Configuration, DiscoverySettings } from "../config/configuration.js";
import { sameDiscovery } from "../config/same-discovery.js";
import { errorText } from "../error-text.js";
import type { Noter } from "../journal/runner-event.js";
import type { CallTimes } from "../plugin-calls.js";
import type { ClusterState } from "./cluster-state.js";
import type { WatchSink } from "./cluster-watch.js";
import { DiscoveryRun } from "./discovery-run.js";
import { KnownClusters } from "./known-clusters.js";
import { REFRESH_MS, type SnapshotKeeper } from "./snapshot-keeper.js";
import type { Snapshot } from "./snapshot-text.js";

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
  readonly note: Noter;
  /** What disk remembers. */
  readonly snapshots: Pick<SnapshotKeeper, "read" | "keep" | "flush">;
  readonly contextFor: (settings: DiscoverySettings) => Context;
  /** Tells which nodes of `cluster` an operator has drained on this host. */
  readonly drainedIn: (cluster: string) => (node: Node) => boolean;
  /** What balancers see of `cluster`, or whether its source has spoken, has changed; `at`: when its source said so, as
   * `Clock.elapsed`. */
  readonly onChange: (cluster: string, at: number) => void;
}

interface Entry {
  settings: ClusterSettings;
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
  readonly #known: KnownClusters;
  readonly #endings = new Set<Promise<void>>();
  #cancelRefresh: () => void = () => undefined;
  #stopped = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#known = new KnownClusters(options);
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
    return this.#known.state(cluster);
  }

  /** The clusters whose source has neither answered nor failed so far. */
  undecided(): readonly string[] {
    return [...this.#entries].flatMap(([name, { decided }]) => (decided ? [] : [name]));
  }

  /** Lets everybody go who is held in `cluster`. */
  release(cluster: string): void {
    this.#known.release(cluster);
  }

  /** What is drained in `cluster` on this host has changed. */
  drainsChanged(cluster: string): void {
    this.#known.drainsChanged(cluster);
  }

  /** Ends all watches and writes down what is to be remembered. Resolves in limited time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRefresh();
    this.#known.stop();
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
    this.#known.configure(settings);
    const moved =
      before.discovery !== settings.discovery || !isDeepStrictEqual(before.discoveryBlock, settings.discoveryBlock);
    if (moved && entry.run !== undefined) this.#detach(entry);
    if (entry.run === undefined && entry.standby !== PENDING) this.#attach(entry);
  }

  #add(settings: ClusterSettings): void {
    const { clock, snapshots } = this.#options;
    const { name } = settings;
    const entry: Entry = { settings, standby: PENDING, decided: false, run: undefined, cancelStandby: nothing };
    this.#entries.set(name, entry);
    this.#known.configure(settings);
    void snapshots.read(name).then((snapshot) => {
      if (this.#stopped || this.#entries.get(name) !== entry) return;
      entry.standby = snapshot;
      if (snapshot !== undefined) this.#known.remember(name, snapshot);
      entry.cancelStandby = clock.after(STANDBY_MS, () => this.#useStandby(entry));
      this.#attach(entry);
    });
  }

  #remove(name: string): void {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    entry?.run?.unwatch(name);
    entry?.cancelStandby();
    this.#known.remove(name);
    this.#options.onChange(name, this.#options.clock.elapsed());
  }

  #attach(entry: Entry): void {
    const { name, discovery, discoveryBlock } = entry.settings;
    entry.run = this.#runs.get(discovery);
    entry.run?.watch(name, discoveryBlock, this.#sinkOf(entry));
  }

  /** Takes a cluster off its source, for another one. */
  #detach(entry: Entry): void {
    const { name } = entry.settings;
    entry.run?.unwatch(name);
    entry.run = undefined;
    if (this.#known.state(name)?.source === "live") this.#known.lost(name, MOVED);
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
    const { name } = entry.settings;
    entry.cancelStandby();
    entry.standby = undefined;
    this.#decide(entry, () => this.#known.answer(name, records));
  }

  #lost(entry: Entry, reason: string): void {
    this.#known.lost(entry.settings.name, reason);
    this.#useStandby(entry);
  }

  /** The source does not answer for now: what disk remembers stands until it does. */
  #useStandby(entry: Entry): void {
    entry.cancelStandby();
    if (entry.decided) return;
    const { standby } = entry;
    entry.standby = undefined;
    this.#decide(entry, () => {
      if (standby !== undefined) this.#known.useSnapshot(entry.settings.name, standby);
    });
  }

  /** `act` says how a cluster stands; the first time that is news, even if its members are what they were. */
  #decide(entry: Entry, act: () => void): void {
    const { name } = entry.settings;
    const { clock, onChange } = this.#options;
    const first = !entry.decided;
    const [at, before] = [clock.elapsed(), this.#known.state(name)?.nodes];
    entry.decided = true;
    act();
    if (first && this.#known.state(name)?.nodes === before) onChange(name, at);
  }

  #refreshLater(): void {
    this.#cancelRefresh = this.#options.clock.after(REFRESH_MS, () => {
      this.#known.refresh();
      this.#refreshLater();
    });
  }

  #end(run: DiscoveryRun): void {
    const ending = run.stop().finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }
}

/** Stands in for a snapshot that is still being read. */
const PENDING: Snapshot = { cluster: "", at: 0, members: [], guard: undefined };

function nothing(): void {}
