import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Node } from "@lighthouse-sd/core";
import { onTestFinished } from "vitest";
import type { EventNote } from "../../src/journal/runner-event.js";
import { Membership } from "../../src/membership/membership.js";
import { SnapshotKeeper } from "../../src/membership/snapshot-keeper.js";
import { CALL_TIMES } from "../../src/plugin-calls.js";
import { ManualClock } from "./manual-clock.js";
import { RecordingLog } from "./recording-log.js";

/** A membership with a clock and a disk of its own. */
export interface MembershipHouse {
  readonly clock: ManualClock;
  readonly log: RecordingLog;
  readonly membership: Membership;
  /** Clusters that were told as changed, in order. */
  readonly changed: string[];
  readonly directory: string;
  /** The events that were told, in order. */
  readonly notes: EventNote[];
}

/** An empty directory that goes away after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "lighthouse-engine-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
  return directory;
}

export async function membershipHouse(
  options: { directory?: string; clock?: ManualClock; drainedIn?: (cluster: string) => (node: Node) => boolean } = {},
): Promise<MembershipHouse> {
  const directory = options.directory ?? (await temporaryDirectory());
  const clock = options.clock ?? new ManualClock();
  const log = new RecordingLog();
  const snapshots = new SnapshotKeeper({ directory, clock, log });
  await snapshots.start();
  const changed: string[] = [];
  const notes: EventNote[] = [];
  const membership = new Membership({
    clock,
    log,
    snapshots,
    times: CALL_TIMES,
    random: () => 1,
    note: (note) => notes.push(note),
    contextFor: ({ name }) => ({
      name,
      directory,
      peer: { name: "host", ip: "10.0.0.99", port: 1024 },
      log,
      requestSync: () => undefined,
    }),
    drainedIn: options.drainedIn ?? (() => () => false),
    onChange: (cluster) => changed.push(cluster),
  });
  return { clock, log, membership, changed, directory, notes };
}
