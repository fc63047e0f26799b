import { isDeepStrictEqual } from "node:util";
import type { DiscoveryRecord } from "@lighthouse-sd/core";
import type { DnsBlock } from "./config.js";
import type { Member, Unplaced } from "./find-members.js";
import { servingShares } from "./serving-share.js";

/** The records of a cluster. One that is equal to one of `previous` is that object. A node without a known place is a
 * record with that as its problem. */
export function memberRecords(
  block: DnsBlock,
  { members, unplaced }: { readonly members: readonly Member[]; readonly unplaced: readonly Unplaced[] },
  previous: readonly DiscoveryRecord[],
): readonly DiscoveryRecord[] {
  const known = new Map(previous.map((record) => [record.source, record]));
  const shares = servingShares(members);
  const placed = members.map((member, index) => {
    const { host, ip, port } = member;
    const metadata = shares[index] ?? {};
    const value = { ...(host === undefined ? {} : { host }), ip, port, metadata };
    return { source: sourceOf(block, member, ip), value };
  });
  const others = unplaced.map((node) => ({ source: sourceOf(block, node), value: null, problem: node.reason }));
  return [...placed, ...others].map((record) => {
    const before = known.get(record.source);
    return before !== undefined && isDeepStrictEqual(before, record) ? before : record;
  });
}

function sourceOf(
  block: DnsBlock,
  { host, port }: { readonly host: string | undefined; readonly port: number },
  ip = "",
): string {
  if (host === undefined) return `${block.host} ${ip}`;
  return `${block.srv} ${readable(host)}:${port} ${ip}`.trimEnd();
}

/** Names from a packet may hold anything. */
function readable(name: string): string {
  return name.replace(/[^\w.-]/gu, encodeURIComponent);
}
