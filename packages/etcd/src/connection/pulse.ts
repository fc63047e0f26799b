import { create } from "@bufbuild/protobuf";
import { pause } from "@lighthouse-sd/plugin-kit";
import { type RequestOp, RequestOpSchema } from "../api/txn_pb.js";
import type { KeyRange } from "../key-range.js";
import type { EtcdConnection } from "./etcd-connection.js";
import { EtcdError } from "./etcd-fault.js";

const BEAT_MS = 3_000;
/** etcd takes 128 reads in one request by default. */
const READS = 100;

interface Watched {
  readonly range: KeyRange;
  readonly onRefused: (error: EtcdError) => void;
}

/** Asks again and again whether what is watched could still be read. A watch alone does not tell: etcd looks at the
 * user's rights only when it begins, and a network that was cut in silence looks like a registry in which nothing
 * happens. All that one connection watches is asked for in one request that no member without a quorum can answer. */
export class Pulse {
  readonly #connection: EtcdConnection;
  readonly #random: () => number;
  readonly #watched = new Set<Watched>();
  #beating = false;

  constructor(connection: EtcdConnection, random: () => number) {
    this.#connection = connection;
    this.#random = random;
  }

  /** Calls `onRefused` when the user may not read `range` any more, until the returned function is called. Everything
   * else that goes wrong ends the connection. */
  watch(range: KeyRange, onRefused: (error: EtcdError) => void): () => void {
    const watched = { range, onRefused };
    this.#watched.add(watched);
    if (!this.#beating) void this.#beat();
    return () => this.#watched.delete(watched);
  }

  async #beat(): Promise<void> {
    this.#beating = true;
    const { ended } = this.#connection;
    // Timers of connections that nobody watches on any more end with the next beat.
    while (this.#watched.size > 0 && !ended.aborted) {
      await pause(BEAT_MS * (0.9 + this.#random() / 5), ended);
      const all = [...this.#watched];
      for (let first = 0; first < all.length && !ended.aborted; first += READS) {
        await this.#ask(all.slice(first, first + READS));
      }
    }
    this.#beating = false;
  }

  async #ask(watched: readonly Watched[]): Promise<void> {
    try {
      await this.#read(watched);
    } catch (error) {
      if (!isRefusal(error)) return this.#connection.end(error as Error);
      const [only] = watched;
      if (watched.length === 1 && only !== undefined) return only.onRefused(error);
      for (const one of watched) await this.#ask([one]);
    }
  }

  async #read(watched: readonly Watched[]): Promise<void> {
    const connection = this.#connection;
    const success = watched.map(({ range }) => countOf(range.key));
    const shown = watched.length === 1 ? ` ${watched[0]?.range.shown}` : "";
    await connection.call(`let it be read${shown}`, (limits) => connection.kv.txn({ success }, limits), {
      signal: connection.ended,
    });
  }
}

/** One key stands for its range: counting them all would cost etcd more each second than the answer is worth. */
function countOf(key: Uint8Array): RequestOp {
  return create(RequestOpSchema, { request: { case: "requestRange", value: { key, countOnly: true } } });
}

function isRefusal(error: unknown): error is EtcdError {
  return error instanceof EtcdError && error.fault === "refused";
}
