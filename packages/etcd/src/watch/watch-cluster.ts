import type { Watcher } from "@lighthouse-sd/core";
import type { EtcdConnection } from "../connection/etcd-connection.js";
import { EtcdError } from "../connection/etcd-fault.js";
import { linkedTo } from "../connection/linked-signal.js";
import { persist } from "../connection/persist.js";
import type { SharedConnection } from "../connection/shared-connection.js";
import type { KeyRange } from "../key-range.js";
import { ClusterRecords } from "./cluster-records.js";
import { isContinued, readKeys } from "./read-keys.js";
import type { ReadValue } from "./record-value.js";
import { Teller } from "./teller.js";
import { watchKeys } from "./watch-stream.js";

/** What following a cluster needs. */
export interface ClusterWatch {
  readonly shared: SharedConnection;
  readonly range: KeyRange;
  readonly readValue: ReadValue;
  readonly watcher: Watcher;
  readonly random: () => number;
}

/** Tells `watcher` what stands in the range, until `signal` aborts. */
export async function watchCluster(watch: ClusterWatch, signal: AbortSignal): Promise<void> {
  const { shared, range, random } = watch;
  const records = new ClusterRecords(watch.readValue);
  const teller = new Teller(watch.watcher, records, signal);
  const onLost = (error: Error): void => teller.lost(error);
  await persist({ shared, random, onLost }, signal, (connection, well) =>
    follow(connection, { range, records, teller, well }, signal),
  );
}

interface Followed {
  readonly range: KeyRange;
  readonly records: ClusterRecords;
  readonly teller: Teller;
  readonly well: () => void;
}

/** Brings the records to the registry's present state on this connection, and keeps them there. */
async function follow(connection: EtcdConnection, followed: Followed, signal: AbortSignal): Promise<never> {
  const { range, records, teller } = followed;
  // After a loss the whole is read: what happened meanwhile need not be gone through again, change by change.
  let continued = teller.isLive && (await isContinued(connection, range, records, signal));
  for (;;) {
    if (!continued) {
      const { keys, revision } = await readKeys(connection, range, signal);
      records.replace(keys, revision);
      teller.known();
    }
    try {
      await watchOn(connection, followed, signal);
    } catch (error) {
      if (!(error instanceof EtcdError) || error.fault !== "history") throw error;
      continued = false;
    }
  }
}

/** Follows the changes after the revision that the records stand at. */
async function watchOn(connection: EtcdConnection, followed: Followed, signal: AbortSignal): Promise<never> {
  const { range, records, teller, well } = followed;
  const linked = linkedTo([signal]);
  const unwatch = connection.pulse.watch(range, (refusal) => linked.abort(refusal));
  try {
    return await watchKeys(connection, range, (records.revision ?? 0n) + 1n, linked.signal, (response) => {
      if (response.created) well();
      if (records.apply(response.events)) teller.changed();
    });
  } finally {
    unwatch();
    linked.release();
  }
}
