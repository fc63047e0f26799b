import { eachLimited } from "@lighthouse-sd/plugin-kit";
import type { DnsBlock } from "./config.js";
import type { SrvRecord } from "./dns-message.js";
import { isDnsName } from "./dns-name.js";
import { LookUpError } from "./failures.js";
import { lookUp } from "./look-up.js";
import { type Addresses, addressesAlong, lookUpAddresses } from "./look-up-addresses.js";
import type { Resolver } from "./resolver.js";

/** A node that DNS names. */
export interface Member {
  /** Undefined: it is known by its address alone. */
  readonly host: string | undefined;
  readonly ip: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  /** Seconds for which that holds. */
  readonly ttl: number;
}

/** A node that DNS names without saying now where it is. */
export interface Unplaced {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  readonly ttl: number;
}

/** All that DNS says of a cluster. */
export interface Found {
  readonly members: readonly Member[];
  readonly unplaced: readonly Unplaced[];
  /** Seconds for which it holds that there is nobody; undefined: nobody says, or there is somebody. */
  readonly noneTtl: number | undefined;
}

/** Names that are looked up at the same time. */
const AT_ONCE = 16;

/** Looks up who is in a cluster. Rejects with LookUpError where that is not known now. */
export function findMembers(resolver: Resolver, block: DnsBlock, signal: AbortSignal): Promise<Found> {
  return block.srv === undefined ? byAddress(resolver, block, signal) : bySrv(resolver, block.srv, block, signal);
}

async function byAddress(resolver: Resolver, block: DnsBlock, signal: AbortSignal): Promise<Found> {
  const { host = "", port = 0, family } = block;
  const { ips, ttl } = await lookUpAddresses(resolver, host, family, signal);
  const members = [...new Set(ips)].map((ip) => ({ host: undefined, ip, port, priority: 0, weight: 0, ttl: ttl ?? 0 }));
  return { members, unplaced: [], noneTtl: members.length > 0 ? undefined : ttl };
}

async function bySrv(resolver: Resolver, name: string, { family }: DnsBlock, signal: AbortSignal): Promise<Found> {
  const { records, ttl, answer } = await lookUp(resolver, name, "SRV", signal);
  // The target "." says that there is no such service, says RFC 2782.
  const services = distinct(records.filter(({ target }) => target !== ""));
  if (services.length === 0) return { members: [], unplaced: [], noneTtl: ttl };
  const targets = new Set(services.map(({ target }) => target));
  const places = new Map<string, Addresses | LookUpError | undefined>();
  await eachLimited(AT_ONCE, targets, async (target) => {
    const place = isDnsName(target)
      ? (addressesAlong(answer, target, family) ?? (await attempt(lookUpAddresses(resolver, target, family, signal))))
      : undefined;
    places.set(target, place);
  });
  const failed = [...places.values()].filter((place) => place instanceof LookUpError);
  const [failure] = failed;
  if (failure !== undefined && failed.length === places.size) throw failure;
  return { ...placed(services, places, ttl ?? 0), noneTtl: undefined };
}

/** A target's port twice: the one that is to be preferred counts. */
function distinct(records: readonly SrvRecord[]): readonly SrvRecord[] {
  const sorted = [...records].sort((a, b) => a.priority - b.priority || b.weight - a.weight);
  const known = new Set<string>();
  return sorted.filter(({ target, port }) => {
    const key = `${target}:${port}`;
    return !known.has(key) && known.add(key);
  });
}

async function attempt(looking: Promise<Addresses>): Promise<Addresses | LookUpError> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof LookUpError) return error;
    throw error;
  }
}

function placed(
  services: readonly SrvRecord[],
  places: ReadonlyMap<string, Addresses | LookUpError | undefined>,
  srvTtl: number,
): { members: Member[]; unplaced: Unplaced[] } {
  const members: Member[] = [];
  const unplaced: Unplaced[] = [];
  for (const { target: host, port, priority, weight } of services) {
    const place = places.get(host);
    const ttl = Math.min(srvTtl, (place instanceof LookUpError ? undefined : place?.ttl) ?? srvTtl);
    const reason = reasonOf(host, place);
    if (reason !== undefined) unplaced.push({ host, port, reason, ttl });
    else for (const ip of new Set((place as Addresses).ips)) members.push({ host, ip, port, priority, weight, ttl });
  }
  return { members, unplaced };
}

/** Why it is not known where a target is. */
function reasonOf(host: string, place: Addresses | LookUpError | undefined): string | undefined {
  if (place === undefined) return "its target is no host name";
  if (place instanceof LookUpError) return place.message;
  return place.none === undefined ? undefined : `${host} has no address (${place.none})`;
}
