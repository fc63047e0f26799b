import type { Family } from "./config.js";
import type { DnsAnswer } from "./dns-message.js";
import { lookUp } from "./look-up.js";
import type { Resolver } from "./resolver.js";

/** The addresses of a name. */
export interface Addresses {
  readonly ips: readonly string[];
  /** Why there are none. */
  readonly none: string | undefined;
  /** Seconds for which that holds; undefined: nobody says. */
  readonly ttl: number | undefined;
}

/** Looks up the addresses of a name that count. Rejects with LookUpError where they are not known now: a question that
 * nobody answers is never taken for "there are none". */
export async function lookUpAddresses(
  resolver: Resolver,
  name: string,
  family: Family,
  signal: AbortSignal,
): Promise<Addresses> {
  const of = async (type: "A" | "AAAA"): Promise<Addresses> => {
    const { records, none, ttl } = await lookUp(resolver, name, type, signal);
    return { ips: records.map(({ ip }) => ip), none, ttl };
  };
  if (family === "ipv6") return of("AAAA");
  const four = await of("A");
  // NXDOMAIN says that the name has records of no type.
  if (family === "ipv4" || four.none === "NXDOMAIN" || (family === "auto" && four.ips.length > 0)) return four;
  const six = await of("AAAA");
  const ips = [...four.ips, ...six.ips];
  return { ips, none: ips.length > 0 ? undefined : six.none, ttl: shorter(four.ttl, six.ttl) };
}

/** The addresses of a name that came along with another answer, if they are all that count. */
export function addressesAlong(answer: DnsAnswer, name: string, family: Family): Addresses | undefined {
  if (family === "both") return undefined;
  const type = family === "ipv6" ? "AAAA" : "A";
  const ips: string[] = [];
  let ttl = Number.POSITIVE_INFINITY;
  for (const record of answer.additionals) {
    if (record.type !== type || record.name !== name || !("ip" in record)) continue;
    ips.push(record.ip);
    ttl = Math.min(ttl, record.ttl);
  }
  return ips.length > 0 ? { ips, none: undefined, ttl } : undefined;
}

function shorter(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
