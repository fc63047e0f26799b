import { isDeepStrictEqual } from "node:util";
import { durationMs, type Logger, type Node } from "@lighthouse-sd/core";
import type { Clock } from "../clock.js";
import type { ClusterSettings } from "../config/configuration.js";
import { memoryOf } from "../guard/guard-memory.js";
import { type GuardCause, guardSentences } from "../guard/guard-sentences.js";
import { lostTogether } from "../guard/lost-together.js";
import type { EventNote, Noter } from "../journal/runner-event.js";
import { AddressClaims } from "./address-claims.js";
import { addressName } from "./address-order.js";
import {
  type ClusterState,
  isVouchedFor,
  type Judgement,
  nextConfirmation,
  unknownCluster,
  withAnswer,
  withCompany,
  withConfirmed,
  withJudgement,
  withLoss,
  withMemory,
  withoutTakenOver,
  withReleased,
  withSnapshot,
} from "./cluster-state.js";
import { membershipSentences } from "./membership-sentence.js";
import type { SnapshotKeeper } from "./snapshot-keeper.js";
import { type Snapshot, snapshotOf } from "./snapshot-text.js";

/** What it takes to know clusters. */
export interface KnownClustersOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly snapshots: Pick<SnapshotKeeper, "keep">;
  readonly note: Noter;
  /** Tells which nodes of `cluster` an operator has drained on this host. */
  readonly drainedIn: (cluster: string) => (node: Node) => boolean;
  /** What balancers see of `cluster` has changed; `at`: when that became known, as `Clock.elapsed`. */
  readonly onChange: (cluster: string, at: number) => void;
}

interface Entry {
  settings: ClusterSettings;
  state: ClusterState;
  cancelConfirmation: () => void;
}

const DROPPED = "nodes that its source does not stand behind now are dropped";

/** What is known of every cluster: takes in what sources say and what time and operators change, and passes it on to
 * balancers, the log and the disk. */
export class KnownClusters {
  readonly #options: KnownClustersOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #claims = new AddressClaims();

  constructor(options: KnownClustersOptions) {
    this.#options = options;
  }

  /** Undefined: there is no such cluster. */
  state(cluster: string): ClusterState | undefined {
    return this.#entries.get(cluster)?.state;
  }

  /** A cluster is there from now on, or has other settings than before. */
  configure(settings: ClusterSettings): void {
    const { name, guard } = settings;
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const state = unknownCluster(this.#options.clock.now());
      this.#entries.set(name, { settings, state, cancelConfirmation: () => undefined });
      return;
    }
    const before = entry.settings.guard;
    entry.settings = settings;
    if (before === guard || isDeepStrictEqual(before, guard)) return;
    this.#replace(entry, withJudgement(entry.state, this.#judgement(entry)));
    this.#confirmLater(entry);
  }

  remove(cluster: string): void {
    this.#entries.get(cluster)?.cancelConfirmation();
    this.#entries.delete(cluster);
    this.#claims.forget(cluster);
  }

  /** What disk remembers of a cluster that nothing is known of. It is not given to balancers. */
  remember(cluster: string, snapshot: Snapshot): void {
    const entry = this.#entries.get(cluster);
    if (entry !== undefined) entry.state = withMemory(entry.state, snapshot, this.#judgement(entry));
  }

  /** What disk remembers, see `remember`, is given to balancers until the source answers. */
  useSnapshot(cluster: string, snapshot: Snapshot): void {
    const entry = this.#entries.get(cluster);
    if (entry === undefined) return;
    const restored = withSnapshot(entry.state, snapshot, this.#options.clock.now());
    this.#replace(entry, withoutTakenOver(restored, this.#claims.ofOthers(cluster)), "takeover");
  }

  /** The source has answered with all its records. */
  answer(cluster: string, records: readonly unknown[]): void {
    const entry = this.#entries.get(cluster);
    if (entry === undefined) return;
    const before = entry.state;
    const known = before.nodes ?? before.readings.nodes;
    const judgement = this.#judgement(entry);
    const { at } = judgement;
    // A cluster that is new here takes nothing over: it may share its members with another one from the beginning.
    const claimedAt = before.nodes === null && before.guard.history === null ? Number.NEGATIVE_INFINITY : at;
    const admitted = withAnswer(before, records, judgement);
    if (admitted.nodes !== null && admitted.nodes !== known) {
      this.#giveUp(cluster, this.#claims.claim(cluster, known, admitted.nodes, claimedAt));
    }
    this.#replace(entry, this.#withoutReused(entry, admitted, at), "answer", at);
  }

  /** The source does not answer. */
  lost(cluster: string, reason: string): void {
    const entry = this.#entries.get(cluster);
    if (entry !== undefined) this.#replace(entry, withLoss(entry.state, reason, this.#options.clock.now()));
  }

  /** Lets everybody go who is held in `cluster`. */
  release(cluster: string): void {
    const entry = this.#entries.get(cluster);
    if (entry !== undefined) this.#replace(entry, withReleased(entry.state, this.#judgement(entry)), "release");
  }

  /** What is drained in `cluster` on this host has changed. */
  drainsChanged(cluster: string): void {
    const entry = this.#entries.get(cluster);
    if (entry === undefined) return;
    this.#replace(entry, withJudgement(entry.state, this.#judgement(entry)));
    this.#confirmLater(entry);
  }

  /** A list that stays the same for days is confirmed all the time: its time on disk follows. */
  refresh(): void {
    for (const entry of this.#entries.values()) if (entry.state.source === "live") this.#keep(entry);
  }

  /** Time changes nothing after this. */
  stop(): void {
    for (const { cancelConfirmation } of this.#entries.values()) cancelConfirmation();
  }

  /** Of those held from now on, an address may have been used again by another cluster just before. */
  #withoutReused(entry: Entry, state: ClusterState, at: number): ClusterState {
    if (state.held === entry.state.held || state.held.length === 0) return state;
    const { name, guard } = entry.settings;
    const addresses = state.held.map(({ node }) => addressName(node));
    const reused = this.#claims.newerElsewhere(name, addresses, at - durationMs(guard.window));
    const left = withoutTakenOver(state, reused);
    if (left !== state) this.#dropped(name, "another cluster", state, left);
    return left;
  }

  /** `cluster` has taken `addresses` into use: nodes that no source stands behind now give them up. */
  #giveUp(cluster: string, addresses: ReadonlySet<string>): void {
    if (addresses.size === 0) return;
    for (const [name, entry] of this.#entries) {
      if (name === cluster) continue;
      const state = withoutTakenOver(entry.state, addresses);
      if (state === entry.state) continue;
      this.#dropped(name, `cluster ${cluster}`, entry.state, state);
      this.#replace(entry, state, "takeover");
    }
  }

  #replace(
    entry: Entry,
    state: ClusterState,
    cause: GuardCause = "answer",
    at: number = this.#options.clock.elapsed(),
  ): void {
    const before = entry.state;
    if (state === before) return;
    entry.state = state;
    const { name } = entry.settings;
    const { onChange } = this.#options;
    const ofGuard = guardSentences(name, before, state, cause).map((said) => ({ ...said, kind: "guard" as const }));
    for (const { text, ...rest } of [...ofGuard, ...membershipSentences(name, before, state)]) {
      this.#tell({ ...rest, cluster: name, message: text });
    }
    const isNews = state.readings !== before.readings || state.source !== before.source;
    if (isNews || state.held !== before.held || state.guard !== before.guard) this.#keep(entry);
    const isOtherKind =
      state.source !== before.source ||
      isVouchedFor(state) !== isVouchedFor(before) ||
      state.held.length > 0 !== before.held.length > 0;
    if (state.nodes !== before.nodes || isOtherKind) onChange(name, at);
    if (state.held === before.held && state.guard.hold === before.guard.hold && !isOtherKind) return;
    this.#confirmLater(entry);
    this.#lookForCompany(name);
  }

  #dropped(cluster: string, by: string, before: ClusterState, after: ClusterState): void {
    const still = new Set(after.held.map(({ node }) => node));
    const left = before.held.flatMap(({ node }) => (still.has(node) ? [] : [node.name]));
    const message = `cluster ${cluster}: ${DROPPED}: ${by} has taken over their address`;
    this.#tell({ kind: "guard", level: "warn", cluster, message, nodes: { left } });
  }

  #tell(note: EventNote): void {
    this.#options.log[note.level](note.message);
    this.#options.note(note);
  }

  /** Two clusters that lose too many at the same time make their discovery suspect. */
  #lookForCompany(cluster: string): void {
    const holds = [...this.#entries.values()].map(({ settings: { name, discovery, guard }, state }) => {
      return { name, discovery, windowMs: durationMs(guard.window), hold: state.guard.hold };
    });
    for (const name of lostTogether(cluster, holds)) {
      const entry = this.#entries.get(name);
      if (entry !== undefined) this.#replace(entry, withCompany(entry.state));
    }
  }

  /** Time may confirm a loss. */
  #confirmLater(entry: Entry): void {
    const { clock } = this.#options;
    entry.cancelConfirmation();
    const dueAt = nextConfirmation(entry.state, this.#judgement(entry));
    if (dueAt === null) return;
    // A timer may fire a little early: it is set again then.
    entry.cancelConfirmation = clock.after(Math.max(1, dueAt - clock.elapsed()), () => {
      this.#replace(entry, withConfirmed(entry.state, this.#judgement(entry)), "confirmation");
      this.#confirmLater(entry);
    });
  }

  #judgement({ settings: { name, guard } }: Entry): Judgement {
    const { clock, drainedIn } = this.#options;
    return { settings: guard, isDrained: drainedIn(name), now: clock.now(), at: clock.elapsed() };
  }

  #keep(entry: Entry): void {
    const { clock, snapshots } = this.#options;
    const { name } = entry.settings;
    if (entry.state.nodes === null) return;
    snapshots.keep(name, () => {
      const { readings, confirmedAt, guard, held } = entry.state;
      const now = clock.now();
      return snapshotOf(name, readings, confirmedAt ?? now, memoryOf(guard, held, { now, at: clock.elapsed() }));
    });
  }
}
