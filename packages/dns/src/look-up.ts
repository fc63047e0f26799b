import type { DnsAnswer, QueryType, RecordOf } from "./dns-message.js";
import { LookUpError } from "./failures.js";
import { findRecords } from "./find-records.js";
import type { Resolver } from "./resolver.js";

/** More aliases than this one after the other, each asked for alone, lead nowhere. */
const MOST_QUESTIONS = 8;

/** What DNS says of a name. */
export interface LookUp<Type extends QueryType> {
  readonly records: readonly RecordOf<Type>[];
  /** Why there are none: `NXDOMAIN`, `NODATA`. */
  readonly none: string | undefined;
  /** Seconds for which that holds; undefined: nobody says. */
  readonly ttl: number | undefined;
  /** What came along with the records. */
  readonly answer: DnsAnswer;
}

/** Looks up the records of a name, through all aliases. Rejects with LookUpError where that is not known now. */
export async function lookUp<Type extends QueryType>(
  resolver: Resolver,
  name: string,
  type: Type,
  signal: AbortSignal,
): Promise<LookUp<Type>> {
  let owner = name;
  let ttl = Number.POSITIVE_INFINITY;
  for (let asked = 0; asked < MOST_QUESTIONS; asked++) {
    const answer = await resolver.ask(owner, type, signal);
    const finding = findRecords(answer, owner, type);
    if ("found" in finding) return { records: finding.found, none: undefined, ttl: Math.min(ttl, finding.ttl), answer };
    if ("none" in finding) {
      const least = Math.min(ttl, finding.ttl ?? Number.POSITIVE_INFINITY);
      return { records: [], none: finding.none, ttl: Number.isFinite(least) ? least : undefined, answer };
    }
    ttl = Math.min(ttl, finding.ttl);
    owner = finding.alias;
  }
  throw new LookUpError(
    `${type} records of ${name} cannot be looked up: its aliases lead in a circle, now at ${owner}`,
  );
}
