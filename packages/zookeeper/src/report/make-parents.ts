import { posix } from "node:path";
import type { Session } from "../session/session.js";
import { type AclEntry, create, exists } from "../wire/operations.js";
import { isRefusal } from "../wire/zookeeper-error.js";

/** Creates every znode above `path` that is not there, to stay. */
export async function makeParents(session: Session, path: string, acl: readonly AclEntry[]): Promise<void> {
  const missing: string[] = [];
  for (let parent = posix.dirname(path); parent !== "/"; parent = posix.dirname(parent)) {
    if (await isThere(session, parent)) break;
    missing.unshift(parent);
  }
  for (const parent of missing) {
    const znode = { path: parent, data: Buffer.alloc(0), acl, ephemeral: false };
    await session.request(create(znode)).catch((error: unknown) => {
      if (!isRefusal(error, "NODE_EXISTS")) throw error;
    });
  }
}

async function isThere(session: Session, path: string): Promise<boolean> {
  try {
    await session.request(exists(path, false));
    return true;
  } catch (error) {
    if (isRefusal(error, "NO_NODE")) return false;
    throw error;
  }
}
