import type { Watcher } from "@lighthouse-sd/core";
import { backOffMs, pause, WatchTeller } from "@lighthouse-sd/plugin-kit";
import type { RecordFormat } from "../records/record-format.js";
import type { Session } from "../session/session.js";
import { ConnectionLost } from "../wire/zookeeper-error.js";
import { ClusterMembers } from "./cluster-members.js";
import { Wake } from "./wake.js";

/** What following a cluster needs. */
export interface ClusterFollow {
  readonly session: Session;
  /** The znode whose children are the members. */
  readonly path: string;
  readonly format: RecordFormat;
  readonly watcher: Watcher;
  /** From 0 to 1, for spreading retries. */
  random(): number;
}

/** Between two looks at a cluster in which something changes all the time, in milliseconds: at least, for each member,
 * and at most. A look at a large cluster is work for the server. */
const PACE = { leastMs: 20, perMemberMs: 0.02, mostMs: 1000 } as const;
const RETRY = { firstMs: 500, capMs: 30_000 } as const;
/** How often a record that the server refuses to show is asked for again. */
const REFUSED_RETRY_MS = 30_000;

/** Tells `watcher` who is in the cluster, until `signal` aborts. */
export async function followCluster(follow: ClusterFollow, signal: AbortSignal): Promise<void> {
  const { session, path, format, watcher } = follow;
  const wake = new Wake();
  const teller = new WatchTeller(watcher);
  const members = new ClusterMembers(session, path, format, () => wake.up());
  const stopListening = session.listen({
    up: () => {
      members.doubt();
      wake.up();
    },
    down: (reason) => teller.lost(reason),
  });
  try {
    for (let failures = 0; !signal.aborted; ) {
      const failure = session.connected ? await failureOf(members.refresh()) : new ConnectionLost("not connected");
      if (signal.aborted) return;
      if (failure === undefined) {
        failures = 0;
        teller.records(members.records());
        await pause(paceMs(members.size), signal);
        await wake.wait(signal, members.hasRefused ? REFUSED_RETRY_MS : Number.POSITIVE_INFINITY);
      } else if (failure instanceof ConnectionLost) {
        await wake.wait(signal, Number.POSITIVE_INFINITY);
      } else {
        failures += 1;
        teller.lost(failure);
        await wake.wait(signal, backOffMs(failures, follow.random(), RETRY));
      }
    }
  } finally {
    stopListening();
    members.end();
  }
}

async function failureOf(work: Promise<void>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error ?? new Error("failed without a reason");
  }
}

function paceMs(size: number): number {
  return Math.min(PACE.mostMs, PACE.leastMs + size * PACE.perMemberMs);
}
