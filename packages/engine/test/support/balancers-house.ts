import type { Node } from "@lighthouse-sd/core";
import type { Configuration } from "../../src/config/configuration.js";
import type { EventNote } from "../../src/journal/runner-event.js";
import { CALL_TIMES } from "../../src/plugin-calls.js";
import type { BalancerState } from "../../src/sync/balancer-state.js";
import { Balancers } from "../../src/sync/balancers.js";
import { ManualClock } from "./manual-clock.js";
import { RecordingLog } from "./recording-log.js";

/** Balancers with a clock of their own and members that a test sets. */
export class BalancersHouse {
  readonly clock: ManualClock = new ManualClock();
  readonly log: RecordingLog = new RecordingLog();
  readonly members: Map<string, { nodes: readonly Node[] | null; live: boolean }> = new Map();
  readonly undecided: string[] = [];
  /** What was counted, in order: how each sync ended, and how long confirmed changes took. */
  readonly counted: (string | readonly number[])[] = [];
  /** The events that were told, in order. */
  readonly notes: EventNote[] = [];
  readonly balancers: Balancers;

  constructor() {
    this.balancers = new Balancers({
      clock: this.clock,
      times: CALL_TIMES,
      random: () => 1,
      settle: () => ({ minMs: 20, maxMs: 500 }),
      contextFor: ({ name }, requestSync) => ({
        name,
        directory: "/etc/lighthouse",
        peer: { name: "host", ip: "10.0.0.99", port: 1024 },
        log: this.log,
        requestSync,
      }),
      membersOf: (cluster) => this.members.get(cluster) ?? { nodes: null, live: false },
      undecided: () => this.undecided,
      locate: (file, path) => (file.endsWith(".yaml") ? { line: path.length, column: 1 } : undefined),
      meterFor: () => ({
        synced: (word) => this.counted.push(word),
        confirmed: (seconds) => this.counted.push(seconds),
      }),
      startAfter: Promise.resolve(),
      onState: () => undefined,
      note: (note) => this.notes.push(note),
    });
  }

  /** Applies a configuration and lets everything happen that is due at once. */
  async apply(configuration: Configuration): Promise<void> {
    this.balancers.apply(configuration);
    await this.clock.advance(0);
  }

  /** Sets a cluster's members and says so. */
  setMembers(cluster: string, nodes: readonly Node[] | null, live: boolean = true): void {
    this.members.set(cluster, { nodes, live });
    this.balancers.membershipChanged(cluster);
  }

  state(name: string = "lb"): BalancerState {
    const state = this.balancers.states().get(name);
    if (state === undefined) throw new Error(`no balancer ${name}`);
    return state;
  }
}
