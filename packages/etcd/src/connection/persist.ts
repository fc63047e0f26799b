import { type BackOff, backOffMs, pause } from "@lighthouse-sd/plugin-kit";
import type { EtcdConnection } from "./etcd-connection.js";
import { EtcdError } from "./etcd-fault.js";
import type { SharedConnection } from "./shared-connection.js";

const BACK_OFF: BackOff = { firstMs: 200, capMs: 10_000 };
/** Work that went well for so many milliseconds may fail once without a word: most often another member takes over at
 * once. */
const WELL_MS = 1_000;

/** What persistent work needs. */
export interface PersistOptions {
  readonly shared: SharedConnection;
  readonly random: () => number;
  /** Told why the work does not get on, each time it does not. */
  readonly onLost: (error: Error) => void;
}

/** Does `work` on a connection that works, again and again until `signal` aborts, then settles. It calls `well` once it
 * has what it wants; it ends by rejecting only. */
export async function persist(
  { shared, random, onLost }: PersistOptions,
  signal: AbortSignal,
  work: (connection: EtcdConnection, well: () => void) => Promise<never>,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let wellSince = Number.POSITIVE_INFINITY;
    try {
      const connection = await shared.get(signal, onLost);
      await workOn(connection, () =>
        work(connection, () => {
          wellSince = Math.min(wellSince, performance.now());
        }),
      );
    } catch (error) {
      if (signal.aborted) return;
      const wentWell = performance.now() - wellSince >= WELL_MS;
      failures = wentWell ? 0 : failures + 1;
      if (wentWell) continue;
      onLost(error as Error);
      await pause(backOffMs(failures, random(), BACK_OFF), signal);
    }
  }
}

/** A fault of the connection ends it, for all that share it. */
async function workOn(connection: EtcdConnection, work: () => Promise<never>): Promise<never> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EtcdError && (error.fault === "connection" || error.fault === "login")) connection.end(error);
    throw error;
  }
}
