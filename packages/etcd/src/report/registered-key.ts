import { randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import type { PutResponse } from "../api/put_pb.js";
import { Compare_CompareTarget, CompareSchema, RequestOpSchema, type TxnResponse } from "../api/txn_pb.js";
import type { CallLimits, EtcdConnection } from "../connection/etcd-connection.js";
import { EtcdError } from "../connection/etcd-fault.js";

/** A node's key. */
export interface ReportedKey {
  readonly key: Uint8Array;
  /** The key as people read it. */
  readonly shown: string;
  readonly value: Uint8Array;
  /** Seconds that the key outlives its reporter. */
  readonly leaseSeconds: number;
}

/** How a key stands: as it was put, or as somebody else has put it. */
export type Standing = "ours" | "another's";

/** One node's key in the registry, under a lease of its own: what is put there by somebody else is not ours, and goes on
 * when our lease ends. */
export class RegisteredKey {
  readonly #reported: ReportedKey;
  #lease: bigint | undefined;
  #granted = false;
  #revision: bigint | undefined;

  constructor(reported: ReportedKey) {
    this.#reported = reported;
  }

  /** Whether there may be something to withdraw. */
  get mayStand(): boolean {
    return this.#lease !== undefined;
  }

  /** Puts the node there in place of whatever stands there. */
  async put(connection: EtcdConnection, limits: CallLimits): Promise<void> {
    const { key, value, shown } = this.#reported;
    const lease = await this.#grant(connection, limits);
    try {
      const write = (l: Required<CallLimits>): Promise<PutResponse> => connection.kv.put({ key, value, lease }, l);
      this.#revision = (await connection.call(`take ${shown}`, write, limits)).header?.revision;
    } catch (error) {
      if (isLeaseGone(error)) this.#forget();
      throw error;
    }
  }

  /** Renews the lease. False: there is none any more, and with it the key is gone. */
  async renew(connection: EtcdConnection, limits: CallLimits): Promise<boolean> {
    const id = this.#lease;
    if (id === undefined || !this.#granted) return false;
    const what = `renew the lease of ${this.#reported.shown}`;
    if ((await connection.call(what, (l) => keepAlive(connection, id, l), limits)) > 0n) return true;
    this.#forget();
    return false;
  }

  /** Looks how the key stands. One that is missing, or was changed under our lease, is put there again; what another
   * reporter has put there stays. */
  async look(connection: EtcdConnection, limits: CallLimits): Promise<Standing> {
    const { key, shown } = this.#reported;
    const request = { key, keysOnly: true };
    const { kvs } = await connection.call(`read ${shown}`, (l) => connection.kv.range(request, l), limits);
    const [stands] = kvs;
    if (stands === undefined) return await this.#putMissing(connection, limits);
    if (stands.lease !== this.#lease) return "another's";
    if (stands.modRevision !== this.#revision) await this.put(connection, limits);
    return "ours";
  }

  /** Somebody else may have come first. */
  async #putMissing(connection: EtcdConnection, limits: CallLimits): Promise<Standing> {
    const { key, value, shown } = this.#reported;
    const put = { key, value, lease: this.#lease ?? 0n };
    const isMissing = create(CompareSchema, {
      target: Compare_CompareTarget.CREATE,
      key,
      targetUnion: { case: "createRevision", value: 0n },
    });
    const success = [create(RequestOpSchema, { request: { case: "requestPut", value: put } })];
    const write = (l: Required<CallLimits>): Promise<TxnResponse> =>
      connection.kv.txn({ compare: [isMissing], success }, l);
    const { header, succeeded } = await connection.call(`take ${shown}`, write, limits);
    if (!succeeded) return "another's";
    this.#revision = header?.revision;
    return "ours";
  }

  /** Ends the lease, and with it the key, if it is still ours. */
  async withdraw(connection: EtcdConnection, limits: CallLimits): Promise<void> {
    const ID = this.#lease;
    if (ID === undefined) return;
    try {
      const what = `withdraw ${this.#reported.shown}`;
      await connection.call(what, (l) => connection.lease.leaseRevoke({ ID }, l), limits);
    } catch (error) {
      if (!isLeaseGone(error)) throw error;
    }
    this.#forget();
  }

  /** The number is of our choice and stays until etcd has confirmed it: a lease whose grant was not answered can still be
   * ended. */
  async #grant(connection: EtcdConnection, limits: CallLimits): Promise<bigint> {
    const ID = this.#lease ?? randomBytes(8).readBigUInt64BE() >> 1n;
    this.#lease = ID;
    if (this.#granted) return ID;
    const request = { ID, TTL: BigInt(this.#reported.leaseSeconds) };
    const what = `grant a lease for ${this.#reported.shown}`;
    try {
      await connection.call(what, (l) => connection.lease.leaseGrant(request, l), limits);
    } catch (error) {
      if (!(error instanceof EtcdError && error.message.includes("lease already exists"))) throw error;
    }
    this.#granted = true;
    return ID;
  }

  #forget(): void {
    this.#lease = undefined;
    this.#granted = false;
  }
}

function isLeaseGone(error: unknown): boolean {
  return error instanceof EtcdError && error.message.includes("lease not found");
}

/** Seconds that the lease has left; 0: there is none. */
async function keepAlive(connection: EtcdConnection, ID: bigint, limits: Required<CallLimits>): Promise<bigint> {
  const requests = (async function* () {
    yield { ID };
  })();
  for await (const { TTL } of connection.lease.leaseKeepAlive(requests, limits)) return TTL;
  throw new EtcdError(`etcd at ${connection.host} did not answer to a lease's renewal`, "connection");
}
