import type { KeyValue } from "../api/header_pb.js";
import { RangeRequest_SortOrder, RangeRequest_SortTarget } from "../api/range_pb.js";
import type { EtcdConnection } from "../connection/etcd-connection.js";
import { EtcdError } from "../connection/etcd-fault.js";
import type { KeyRange } from "../key-range.js";
import type { ClusterRecords } from "./cluster-records.js";

/** Keys read in one request: some hundred kilobytes as a rule, some ten megabytes at worst. */
const PAGE = 1_000n;
const PAGE_MS = 5_000;

/** All keys of a range as they stood at one revision, the newest; however many requests that takes. The first one is
 * linearizable: a member that is cut off from the others does not answer it. */
export async function readKeys(
  connection: EtcdConnection,
  range: KeyRange,
  signal: AbortSignal,
): Promise<{ readonly keys: readonly KeyValue[]; readonly revision: bigint }> {
  const keys: KeyValue[] = [];
  let revision = 0n;
  let key = range.key;
  for (;;) {
    const request = { key, rangeEnd: range.end, limit: PAGE, revision };
    const page = await connection.call(`read ${range.shown}`, (limits) => connection.kv.range(request, limits), {
      signal,
      timeoutMs: PAGE_MS,
    });
    if (revision === 0n) revision = page.header?.revision ?? 0n;
    for (const entry of page.kvs) keys.push(entry);
    const last = keys.at(-1);
    if (!page.more || last === undefined) return { keys, revision };
    key = Buffer.concat([last.key, Buffer.of(0)]);
  }
}

/** Whether the registry's past at the revision up to which `records` go is the one that they were read from, so that
 * they need only what came after. A registry that was restored, or restarted empty, has another: there, as many keys of
 * which the newest has the same revisions and the same lease cannot stand by chance. */
export async function isContinued(
  connection: EtcdConnection,
  range: KeyRange,
  records: ClusterRecords,
  signal: AbortSignal,
): Promise<boolean> {
  const { revision } = records;
  if (revision === undefined) return false;
  const request = {
    key: range.key,
    rangeEnd: range.end,
    revision,
    limit: 1n,
    keysOnly: true,
    sortOrder: RangeRequest_SortOrder.DESCEND,
    sortTarget: RangeRequest_SortTarget.MOD,
  };
  try {
    const then = await connection.call(`read ${range.shown}`, (limits) => connection.kv.range(request, limits), {
      signal,
    });
    return then.count === BigInt(records.count) && isSameKey(then.kvs[0], records.newest());
  } catch (error) {
    if (error instanceof EtcdError && error.fault === "history") return false;
    throw error;
  }
}

type Version = Pick<KeyValue, "key" | "createRevision" | "modRevision" | "lease">;

function isSameKey(one: Version | undefined, other: Version | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const same = (["createRevision", "modRevision", "lease"] as const).every((field) => one[field] === other[field]);
  return same && Buffer.from(one.key).equals(other.key);
}
