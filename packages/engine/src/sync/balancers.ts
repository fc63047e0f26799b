import type { Context } from "@lighthouse-sd/core";
import type { Clock } from "../clock.js";
import type { BalancerSettings, Configuration } from "../config/configuration.js";
import type { Noter } from "../journal/runner-event.js";
import type { CallTimes } from "../plugin-calls.js";
import { BalancerLoop } from "./balancer-loop.js";
import type { BalancerState } from "./balancer-state.js";
import { clusterViews, type Members } from "./cluster-views.js";
import { type Locate, placedProblems } from "./problem-places.js";
import type { Settle } from "./settle.js";
import type { SyncMeter } from "./sync-meter.js";
import type { TargetReport } from "./target-report.js";

/** What the balancers of a configuration need. */
export interface BalancersOptions {
  readonly clock: Clock;
  readonly times: CallTimes;
  /** From 0 to 1, for spreading retries. */
  readonly random: () => number;
  readonly settle: () => Settle;
  readonly contextFor: (settings: BalancerSettings, requestSync: (reason: string) => void) => Context;
  readonly membersOf: (cluster: string) => Members;
  /** The clusters whose source has not been heard yet. */
  readonly undecided: () => readonly string[];
  readonly locate: Locate;
  /** What counts for the balancer of this name. */
  readonly meterFor: (balancer: string) => SyncMeter;
  /** No call into a plugin is made before this has resolved. */
  readonly startAfter: Promise<unknown>;
  /** How a balancer stands may have changed. */
  readonly onState: () => void;
  readonly note: Noter;
}

const NOTHING: Configuration["clusters"] = new Map();

/** All balancers of a configuration, each in a loop of its own: none holds up another. */
export class Balancers {
  readonly #options: BalancersOptions;
  readonly #loops = new Map<string, BalancerLoop>();
  /** Loops that are ending, by name: a new one of the name begins after them. */
  readonly #endings = new Map<string, Promise<void>>();
  #clusters: Configuration["clusters"] = NOTHING;
  #stopped = false;

  constructor(options: BalancersOptions) {
    this.#options = options;
  }

  /** Runs the balancers of `configuration` from now on. What has not changed is not disturbed. */
  apply(configuration: Configuration): void {
    if (this.#stopped) return;
    this.#clusters = configuration.clusters;
    for (const name of [...this.#loops.keys()]) if (!configuration.balancers.has(name)) this.#end(name);
    for (const settings of configuration.balancers.values()) {
      const loop = this.#loops.get(settings.name) ?? this.#begin(settings);
      loop.configure(settings);
      loop.refresh();
    }
  }

  /** The members of `cluster`, or whether its source has been heard, have changed; `at`: when that became known, as
   * `Clock.elapsed`. */
  membershipChanged(cluster: string, at?: number): void {
    const blocks = this.#clusters.get(cluster)?.blocks;
    for (const [name, loop] of this.#loops) if (blocks?.has(name) === true) loop.changed(at);
  }

  /** Every balancer looks at its target soon. */
  markAll(): void {
    for (const loop of this.#loops.values()) loop.mark();
  }

  /** How each balancer stands, by name. */
  states(): ReadonlyMap<string, BalancerState> {
    return new Map([...this.#loops].map(([name, loop]) => [name, loop.state()]));
  }

  /** What the target of `balancer` says of the nodes of `cluster`. Never rejects. */
  async describe(balancer: string, cluster: string): Promise<TargetReport> {
    const loop = this.#loops.get(balancer);
    return (await loop?.describe(cluster)) ?? { kind: "failed", reason: "there is no such balancer now" };
  }

  /** Ends all loops at the same time; targets are left running. Resolves in limited time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const name of [...this.#loops.keys()]) this.#end(name);
    await Promise.all(this.#endings.values());
  }

  #begin(settings: BalancerSettings): BalancerLoop {
    const { clock, times, random, settle, contextFor, membersOf, undecided, locate, onState, meterFor, note } =
      this.#options;
    const { name } = settings;
    const loop = new BalancerLoop({
      settings,
      clock,
      times,
      random,
      settle,
      contextFor,
      onState,
      note,
      meter: meterFor(name),
      startAfter: Promise.all([this.#options.startAfter, this.#endings.get(name)]),
      clusters: (before) => clusterViews(before, name, this.#clusters.values(), membersOf),
      complete: (clusters) => {
        const silent = new Set(undecided());
        return !clusters.some((cluster) => silent.has(cluster.name));
      },
      place: ({ file }, problems) => {
        const clusterFile = (cluster: string): string | undefined => this.#clusters.get(cluster)?.file;
        return placedProblems(problems, { balancer: name, file, clusterFile, locate });
      },
    });
    this.#loops.set(name, loop);
    return loop;
  }

  #end(name: string): void {
    const loop = this.#loops.get(name);
    if (loop === undefined) return;
    this.#loops.delete(name);
    const ending = Promise.all([this.#endings.get(name), loop.stop()]).then(() => {
      if (this.#endings.get(name) === ending) this.#endings.delete(name);
    });
    this.#endings.set(name, ending);
  }
}
