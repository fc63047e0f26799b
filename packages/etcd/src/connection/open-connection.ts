import type { EtcdHost } from "../config/hosts.js";
import type { KeyRange } from "../key-range.js";
import type { Credentials } from "./credentials.js";
import { EtcdConnection } from "./etcd-connection.js";
import { EtcdError } from "./etcd-fault.js";

/** What opening needs. */
export interface OpenOptions {
  readonly credentials: Credentials;
  /** Keys that are of interest: whether they may be read does not matter here. */
  readonly range: KeyRange;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** A connection to `host` that has proven its worth: logged in, and a member that reaches a quorum. One that is cut off
 * from the others answers nothing here, so that nobody believes what it last knew. */
export async function openConnection(
  host: EtcdHost,
  { credentials: { login, tls }, range, random }: OpenOptions,
  signal: AbortSignal,
): Promise<EtcdConnection> {
  const connection = new EtcdConnection(host, tls, random);
  const abort = (): void => connection.end(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await connection.logIn(login, signal);
    await proveQuorum(connection, range, signal);
    return connection;
  } catch (error) {
    connection.end(error as Error);
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** A linearizable read; that it is not allowed to this user is as good an answer. */
async function proveQuorum(connection: EtcdConnection, { key }: KeyRange, signal: AbortSignal): Promise<void> {
  try {
    await connection.call("answer", (limits) => connection.kv.range({ key, countOnly: true }, limits), { signal });
  } catch (error) {
    if (error instanceof EtcdError && error.fault === "refused") return;
    throw error;
  }
}
