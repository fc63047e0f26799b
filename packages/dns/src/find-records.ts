import type { DnsAnswer, DnsRecord, QueryType, RecordOf } from "./dns-message.js";
import { canonicalName } from "./dns-name.js";

/** What an answer says of a name. */
export type Finding<Type extends QueryType> =
  | { readonly found: readonly RecordOf<Type>[]; readonly ttl: number }
  /** It is an alias of that name, of which the answer says no more. */
  | { readonly alias: string; readonly ttl: number }
  /** There are none: `NXDOMAIN`: not even the name is there. The ttl is undefined where the answer does not tell. */
  | { readonly none: "NXDOMAIN" | "NODATA"; readonly ttl: number | undefined };

/** Longer chains of aliases than this lead in a circle, or nowhere that anybody would want. */
const LONGEST_CHAIN = 16;

/** Finds the records of `name`, following aliases as far as the answer has them. Times are in seconds, the shortest on
 * the way. */
export function findRecords<Type extends QueryType>(answer: DnsAnswer, name: string, type: Type): Finding<Type> {
  let owner = canonicalName(name);
  let ttl = Number.POSITIVE_INFINITY;
  for (let steps = 0; steps < LONGEST_CHAIN; steps++) {
    const found = answer.answers.filter(
      (record): record is DnsRecord & RecordOf<Type> => record.type === type && record.name === owner,
    );
    if (found.length > 0) {
      return { found, ttl: Math.min(ttl, ...found.map((record) => record.ttl)) };
    }
    const alias = answer.answers.find((record) => record.type === "CNAME" && record.name === owner);
    if (alias?.type !== "CNAME") break;
    ttl = Math.min(ttl, alias.ttl);
    owner = alias.target;
  }
  const negativeTtl = negativeTtlOf(answer);
  if (answer.code === "NXDOMAIN") return { none: "NXDOMAIN", ttl: shortest(ttl, negativeTtl) };
  if (owner === canonicalName(name) || negativeTtl !== undefined)
    return { none: "NODATA", ttl: shortest(ttl, negativeTtl) };
  return { alias: owner, ttl };
}

function negativeTtlOf({ authorities }: DnsAnswer): number | undefined {
  const soa = authorities.find((record) => record.type === "SOA");
  return soa?.type === "SOA" ? soa.negativeTtl : undefined;
}

function shortest(ttl: number, negativeTtl: number | undefined): number | undefined {
  const least = Math.min(ttl, negativeTtl ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(least) ? least : undefined;
}
