import type { DiscoveryRecord, Watcher } from "@lighthouse-sd/core";
import { backOffMs, pause, WatchTeller } from "@lighthouse-sd/plugin-kit";
import type { DnsBlock } from "./config.js";
import { LookUpError } from "./failures.js";
import { findMembers } from "./find-members.js";
import { KnownMembers, type Lifetimes } from "./known-members.js";
import { memberRecords } from "./member-records.js";
import type { Resolver } from "./resolver.js";

/** After failures in a row, in milliseconds. */
const BACK_OFF = { firstMs: 1000, capMs: 15_000 };

/** Tells `watcher` who DNS says is in a cluster, until `signal` aborts. */
export async function watchName(
  resolver: Resolver,
  block: DnsBlock,
  lifetimes: Lifetimes,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  const teller = new WatchTeller(watcher);
  const known = new KnownMembers(lifetimes);
  const backOff = { ...BACK_OFF, firstMs: Math.min(BACK_OFF.firstMs, lifetimes.minTtlMs) };
  let records: readonly DiscoveryRecord[] = [];
  let failures = 0;
  while (!signal.aborted) {
    try {
      const found = await findMembers(resolver, block, signal);
      if (signal.aborted) return;
      known.see(found, performance.now());
      records = memberRecords(block, known, records);
      teller.records(records);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LookUpError)) throw error;
      failures += 1;
      teller.lost(error);
    }
    await pause(failures === 0 ? known.againMs : backOffMs(failures, Math.random(), backOff), signal);
  }
}
