import { join } from "node:path";
import type { Context, Logger, Node } from "@lighthouse-sd/core";
import { type Clock, sleep } from "../clock.js";
import type { Configuration, DiscoverySettings } from "../config/configuration.js";
import type { ClusterOfRunner } from "../http/status.js";
import { Membership } from "../membership/membership.js";
import { SnapshotKeeper } from "../membership/snapshot-keeper.js";
import type { CallTimes } from "../plugin-calls.js";

/** How members are asked for. */
export interface MembersRequest {
  readonly configuration: Configuration;
  /** Need not exist. */
  readonly stateDirectory: string;
  readonly contextFor: (settings: DiscoverySettings) => Context;
  readonly drainedIn: (cluster: string) => (node: Node) => boolean;
  readonly clock: Clock;
  readonly times: CallTimes;
  readonly log: Logger;
  /** How long sources may take to answer, in milliseconds. */
  readonly limitMs: number;
}

const LOOK_MS = 50;
/** After this long it is said what is waited for, in milliseconds. */
const PATIENCE_MS = 2000;

/** Asks the sources of all clusters that a balancer carries, once: what they answer, and for those that do not, what disk
 * remembers. Writes nothing. */
export async function askMembers(request: MembersRequest): Promise<readonly Omit<ClusterOfRunner, "drains">[]> {
  const { configuration, clock, limitMs, log } = request;
  const wanted = [...configuration.clusters].filter(([, { blocks }]) => blocks.size > 0);
  const used = new Set(wanted.map(([, { discovery }]) => discovery));
  const discoveries = new Map([...configuration.discoveries].filter(([name]) => used.has(name)));
  const membership = newMembership(request);
  try {
    membership.apply({ ...configuration, clusters: new Map(wanted), discoveries });
    const silent = (): readonly string[] => wanted.flatMap(([name]) => (hasSpoken(membership, name) ? [] : [name]));
    const { signal } = new AbortController();
    const startAt = clock.elapsed();
    let told = false;
    while (silent().length > 0 && clock.elapsed() - startAt < limitMs) {
      await sleep(clock, LOOK_MS, signal);
      if (told || clock.elapsed() - startAt < PATIENCE_MS) continue;
      told = true;
      log.warn(`waits for the source of: ${silent().join(", ")} (at most ${limitMs / 1000} s)`);
    }
    return wanted.flatMap(([name, { discovery }]) => {
      const state = membership.state(name);
      return state === undefined ? [] : [{ name, discovery, state }];
    });
  } finally {
    await membership.stop();
  }
}

function newMembership({ stateDirectory, clock, times, log, contextFor, drainedIn }: MembersRequest): Membership {
  const keeper = new SnapshotKeeper({ directory: join(stateDirectory, "membership"), clock, log });
  const snapshots = {
    read: (cluster: string) => keeper.read(cluster),
    keep: () => undefined,
    flush: () => Promise.resolve(),
  };
  const onChange = (): void => undefined;
  const [random, note] = [Math.random, onChange];
  return new Membership({ clock, times, log, contextFor, drainedIn, random, note, snapshots, onChange });
}

/** The source has answered, or has said that it cannot. */
function hasSpoken(membership: Membership, cluster: string): boolean {
  const state = membership.state(cluster);
  return state === undefined || state.answered || state.error !== null;
}
