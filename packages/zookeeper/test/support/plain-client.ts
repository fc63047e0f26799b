import { Session } from "../../src/session/session.js";
import {
  type AclEntry,
  create,
  exists,
  getChildren,
  getData,
  type Operation,
  remove,
  setData,
} from "../../src/wire/operations.js";
import { transaction } from "../../src/wire/transaction.js";
import { ConnectionLost, isRefusal } from "../../src/wire/zookeeper-error.js";

const OPEN: readonly AclEntry[] = [{ permissions: 31, scheme: "world", id: "anyone" }];

/** A client of a server that has nothing to do with the discovery under test. */
export class PlainClient {
  readonly session: Session;

  /** `secret`: `user:password`. */
  constructor(port: number, secret?: string) {
    this.session = new Session({
      servers: [{ host: "127.0.0.1", port }],
      timeoutMs: 10_000,
      attemptMs: 3000,
      secret: async () => secret,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      random: Math.random,
    });
  }

  /** Resolves when it can be used. */
  async connected(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.session.listen({ up: resolve, down: () => undefined });
    });
    return this;
  }

  /** Waits for the server where it is not there. */
  async #ask<T>(operation: Operation<T>): Promise<T> {
    for (;;) {
      try {
        return await this.session.request(operation);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        await this.connected();
      }
    }
  }

  async close(): Promise<void> {
    await this.session.close({ leave: false });
  }

  async create(
    path: string,
    data = "",
    options: { ephemeral?: boolean; acl?: readonly AclEntry[] } = {},
  ): Promise<void> {
    const { ephemeral = false, acl = OPEN } = options;
    await this.#ask(create({ path, data: Buffer.from(data), acl, ephemeral }));
  }

  /** Creates a path and everything above it that is missing. */
  async makePath(path: string): Promise<void> {
    const parts = path.split("/").filter(Boolean);
    for (const [index] of parts.entries()) {
      await this.create(`/${parts.slice(0, index + 1).join("/")}`).catch((error: unknown) => {
        if (!isRefusal(error, "NODE_EXISTS")) throw error;
      });
    }
  }

  /** Puts a persistent znode there, in one step, in the place of what is there. */
  async replace(path: string, data: string): Promise<void> {
    const creation = create({ path, data: Buffer.from(data), acl: OPEN, ephemeral: false });
    for (;;) {
      try {
        const there = await this.has(path);
        return await this.#ask(there ? transaction([remove(path, -1), creation]) : creation);
      } catch (error) {
        if (!isRefusal(error, "NO_NODE", "NODE_EXISTS")) throw error;
      }
    }
  }

  async set(path: string, data: string | Buffer): Promise<void> {
    await this.#ask(setData(path, Buffer.from(data), -1));
  }

  async remove(path: string): Promise<void> {
    await this.#ask(remove(path, -1)).catch((error: unknown) => {
      if (!isRefusal(error, "NO_NODE")) throw error;
    });
  }

  async read(path: string): Promise<{ readonly text: string; readonly owner: bigint; readonly version: number }> {
    const { data, stat } = await this.#ask(getData(path, false));
    return { text: data.toString("utf8"), owner: stat.ephemeralOwner, version: stat.version };
  }

  async has(path: string): Promise<boolean> {
    return this.#ask(exists(path, false)).then(
      () => true,
      (error: unknown) => {
        if (isRefusal(error, "NO_NODE")) return false;
        throw error;
      },
    );
  }

  async children(path: string): Promise<readonly string[]> {
    return [...(await this.#ask(getChildren(path, false)))].sort();
  }
}
