import type { Logger } from "@lighthouse-sd/core";
import type { Session } from "../session/session.js";
import type { WatchListener } from "../session/watch-table.js";
import { type AclEntry, create, exists, getData, remove, setData } from "../wire/operations.js";
import { transaction } from "../wire/transaction.js";
import type { ZnodeStat } from "../wire/znode-stat.js";
import { isRefusal, type ZooKeeperErrorCode } from "../wire/zookeeper-error.js";
import { makeParents } from "./make-parents.js";

/** A node as it is to stand in ZooKeeper. */
export interface ReportedNode {
  readonly path: string;
  readonly data: Buffer;
  readonly acl: readonly AclEntry[];
}

interface Found {
  readonly data: Buffer;
  readonly stat: ZnodeStat;
}

/** What others can do to a znode between our look at it and our step. */
const OVERTAKEN: readonly ZooKeeperErrorCode[] = ["NO_NODE", "NODE_EXISTS", "BAD_VERSION"];
const MOST_STEPS = 10;

/** The znode of one node: brings it to what it is to be, step by step, each after a look at what is there. */
export class NodeRegistration {
  readonly #session: Session;
  readonly #node: ReportedNode;
  readonly #log: Logger;
  readonly #onChange: WatchListener;
  /** It stood there as ours at some time. */
  #held = false;

  constructor(session: Session, node: ReportedNode, log: Logger, onChange: () => void) {
    this.#session = session;
    this.#node = node;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Resolves when the server has shown the znode as it is to be; its next change is watched. Rejects where it cannot be
   * brought there. Sends nothing more once `signal` has aborted. */
  async put(signal: AbortSignal): Promise<void> {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const found = await this.#look();
      signal.throwIfAborted();
      if (found !== undefined && this.#stands(found)) return;
      await this.#step(found).catch((error: unknown) => {
        if (!isRefusal(error, ...OVERTAKEN)) throw error;
      });
      signal.throwIfAborted();
    }
    throw new Error(`${this.#node.path} is changed by others faster than it can be registered`);
  }

  /** Nothing is watched any more. */
  end(): void {
    this.#session.unwatch("data", this.#node.path, this.#onChange);
  }

  async #look(): Promise<Found | undefined> {
    const { path } = this.#node;
    try {
      return await this.#session.requestWatched(getData(path, true), "data", path, this.#onChange);
    } catch (error) {
      if (isRefusal(error, "NO_NODE")) return undefined;
      throw error;
    }
  }

  /** Whether there is nothing left to do. */
  #stands({ data, stat }: Found): boolean {
    const same = data.equals(this.#node.data);
    if (stat.ephemeralOwner === this.#session.state.id) {
      if (same) this.#held = true;
      return same;
    }
    if (!this.#held || this.#session.state.isOwn(stat.ephemeralOwner)) return false;
    // Taking it back would have two reporters take it from each other for ever.
    if (same) return true;
    const owner = `0x${BigInt.asUintN(64, stat.ephemeralOwner).toString(16)}`;
    throw new Error(`${this.#node.path} was taken over by another reporter (session ${owner}) with another value`);
  }

  async #step(found: Found | undefined): Promise<void> {
    const { path, data, acl } = this.#node;
    const session = this.#session;
    const creation = create({ path, data, acl, ephemeral: true });
    if (found === undefined) {
      await session.request(creation).catch(async (error: unknown) => {
        if (!isRefusal(error, "NO_NODE")) throw error;
        await makeParents(session, path, acl);
      });
      return;
    }
    const { version, ephemeralOwner } = found.stat;
    if (ephemeralOwner === session.state.id) {
      if (this.#held) this.#log.warn(`${path} was changed by someone else; writing it again`);
      return session.request(setData(path, data, version));
    }
    // Of a session that has ended or is about to, or of nobody: there is no moment in which it is missing.
    await session.request(transaction([remove(path, version), creation]));
  }

  /** Removes the znode where it is ours; leaves what another reporter has put there. */
  async remove(): Promise<void> {
    await removeOwn(this.#session, this.#node.path);
  }
}

/** Removes a znode that this process has made, in this session or one before it; leaves any other. */
export async function removeOwn(session: Session, path: string): Promise<void> {
  for (;;) {
    try {
      const { ephemeralOwner, version } = await session.request(exists(path, false));
      if (!session.state.isOwn(ephemeralOwner)) return;
      return await session.request(remove(path, version));
    } catch (error) {
      if (isRefusal(error, "NO_NODE")) return;
      if (!isRefusal(error, "BAD_VERSION")) throw error;
    }
  }
}
