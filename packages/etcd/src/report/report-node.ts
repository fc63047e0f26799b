import type { Registration } from "@lighthouse-sd/core";
import { pause } from "@lighthouse-sd/plugin-kit";
import type { EtcdConnection } from "../connection/etcd-connection.js";
import { EtcdError } from "../connection/etcd-fault.js";
import { persist } from "../connection/persist.js";
import type { SharedConnection } from "../connection/shared-connection.js";
import { RegisteredKey, type ReportedKey } from "./registered-key.js";
import { Standing } from "./standing.js";

/** Renewals within a lease: two may be lost. */
const RENEWALS = 3;
/** Milliseconds that a withdrawal may take, and one try of it. */
const WITHDRAW = { limitMs: 2_500, callMs: 1_000 };
const LAST_RENEWAL_MS = 1_000;

/** What reporting a node needs. */
export interface Report {
  readonly shared: SharedConnection;
  readonly reported: ReportedKey;
  readonly registration: Registration;
  readonly random: () => number;
}

/** Keeps the key there until `signal` aborts, then withdraws it, or leaves it to the next report of it. */
export async function reportNode(report: Report, signal: AbortSignal): Promise<void> {
  const { shared, reported, registration, random } = report;
  const key = new RegisteredKey(reported);
  const standing = new Standing(registration);
  const onLost = (error: Error): void => standing.lost(error);
  await persist({ shared, random, onLost }, signal, (connection, well) =>
    keep({ connection, key, reported, standing, well }, signal),
  );
  if (registration.keep) await renewOnce(shared, key);
  else if (key.mayStand) await withdraw(shared, key, reported);
}

interface Keeping {
  readonly connection: EtcdConnection;
  readonly key: RegisteredKey;
  readonly reported: ReportedKey;
  readonly standing: Standing;
  readonly well: () => void;
}

async function keep(keeping: Keeping, signal: AbortSignal): Promise<never> {
  const { connection, key, reported, standing, well } = keeping;
  for (;;) {
    const held = await key.renew(connection, { signal });
    if (!held) {
      standing.leaseGone(reported.shown);
      await key.put(connection, { signal });
    }
    if (!held || (await key.look(connection, { signal })) === "ours") standing.registered();
    else
      standing.lost(new Error(`another reporter has put its own node at ${reported.shown}; two of them have one name`));
    well();
    await pause((reported.leaseSeconds * 1000) / RENEWALS, signal);
    signal.throwIfAborted();
    connection.ended.throwIfAborted();
  }
}

/** So that who comes next has the whole lease for it. */
async function renewOnce(shared: SharedConnection, key: RegisteredKey): Promise<void> {
  const limits = { signal: new AbortController().signal, timeoutMs: LAST_RENEWAL_MS };
  if (shared.current !== undefined) await key.renew(shared.current, limits).catch(() => undefined);
}

async function withdraw(shared: SharedConnection, key: RegisteredKey, reported: ReportedKey): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), WITHDRAW.limitMs);
  let reason: unknown = new Error(`no answer within ${WITHDRAW.limitMs / 1000} s`);
  try {
    while (!limit.signal.aborted) {
      const connection = await shared.get(limit.signal, (error) => {
        reason = error;
      });
      try {
        return await key.withdraw(connection, { signal: limit.signal, timeoutMs: WITHDRAW.callMs });
      } catch (error) {
        if (limit.signal.aborted) break;
        reason = error;
        if (!(error instanceof EtcdError) || (error.fault !== "connection" && error.fault !== "login")) break;
        connection.end(error);
      }
    }
  } catch (error) {
    if (!limit.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  const what = reason instanceof Error ? reason.message : String(reason);
  throw new Error(
    `cannot withdraw ${reported.shown}: ${what}; it goes by itself when its lease ends, within ${reported.leaseSeconds} s`,
    { cause: reason },
  );
}
