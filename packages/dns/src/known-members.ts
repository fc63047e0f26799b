import type { Found, Member, Unplaced } from "./find-members.js";

/** How long what DNS says is believed, in milliseconds. */
export interface Lifetimes {
  readonly minTtlMs: number;
  readonly maxTtlMs: number;
  /** At least so long a member stays that answers no longer name. */
  readonly keepMs: number;
}

interface Entry {
  readonly member: Member;
  /** Monotonic milliseconds. */
  readonly expiresAt: number;
}

/** Who is in a cluster: all that the answers within their TTL have named, since a name server may give a part of them at
 * a time, and another part the next time. An answer that there is nobody counts at once. */
export class KnownMembers {
  readonly #lifetimes: Lifetimes;
  #entries = new Map<string, Entry>();
  #unplaced: readonly Unplaced[] = [];
  #againMs = 0;

  constructor(lifetimes: Lifetimes) {
    this.#lifetimes = lifetimes;
  }

  /** In a stable order. */
  get members(): readonly Member[] {
    return [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { member }]) => member);
  }

  /** Those of whom it was never known where they are. */
  get unplaced(): readonly Unplaced[] {
    return this.#unplaced;
  }

  /** Milliseconds after the last answer when to ask again. */
  get againMs(): number {
    return this.#againMs;
  }

  /** Takes in an answer that came at `now`, in monotonic milliseconds. */
  see(found: Found, now: number): void {
    const named = new Map(found.members.map((member) => [keyOf(member), this.#entry(member, now)]));
    this.#unplaced = found.unplaced.filter((unplaced) => {
      const standing = [...this.#entries].filter(([, { member }]) => isAt(member, unplaced));
      for (const [key, { member }] of standing) named.set(key, this.#entry({ ...member, ttl: unplaced.ttl }, now));
      return standing.length === 0;
    });
    const isNobody = found.members.length === 0 && found.unplaced.length === 0;
    const missing = isNobody
      ? []
      : [...this.#entries].filter(([key, { expiresAt }]) => !named.has(key) && expiresAt > now);
    this.#entries = new Map([...named, ...missing]);
    this.#againMs = this.#next(
      found,
      missing.map(([, { expiresAt }]) => expiresAt - now),
    );
  }

  #entry(member: Member, now: number): Entry {
    return { member, expiresAt: now + Math.max(this.#believedMs(member.ttl), this.#lifetimes.keepMs) };
  }

  #believedMs(seconds: number): number {
    return Math.min(this.#lifetimes.maxTtlMs, Math.max(this.#lifetimes.minTtlMs, seconds * 1000));
  }

  /** Half-way through the shortest TTL, so that none ends before its successor is known, and when one of those that are
   * no longer named ends. */
  #next(found: Found, missingMs: readonly number[]): number {
    const ttls = [...found.members, ...found.unplaced].map(({ ttl }) => ttl);
    const shortest = Math.min(...(ttls.length > 0 ? ttls : [found.noneTtl ?? 0]));
    const soonest = Math.min(this.#believedMs(shortest) / 2, ...missingMs);
    return Math.max(soonest, this.#lifetimes.minTtlMs / 2);
  }
}

function keyOf({ host = "", ip, port }: Member): string {
  return `${host} ${port} ${ip}`;
}

function isAt(member: Member, { host, port }: Unplaced): boolean {
  return member.host === host && member.port === port;
}
