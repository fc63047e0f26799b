import { type Member, memberKey } from "../members.js";
import { type Asker, type ProbeSettings, probePeer } from "./probe-peer.js";
import type { Peer } from "./server-state.js";

/** Asks members what they are, each once, and may log in to them before it is known who asks. Whoever makes one ends it. */
export class PeerProbes {
  readonly #settings: ProbeSettings;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  readonly #begun = new Map<string, Promise<Peer>>();
  readonly #asker: Promise<Asker>;
  #tell: (asker: Asker) => void = () => undefined;
  #tellNobody: () => void = () => undefined;

  constructor(settings: ProbeSettings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = AbortSignal.any([signal, this.#ended.signal]);
    this.#asker = new Promise((resolve, reject) => {
      this.#tell = resolve;
      this.#tellNobody = () => reject(this.#ended.signal.reason);
    });
    // Told to each probe that waits for it; there may be none.
    this.#asker.catch(() => undefined);
  }

  /** Logs in to `member` now: it will be asked, or left at the end. */
  begin(member: Member): void {
    this.#probe(member).catch(() => undefined);
  }

  /** What `members` answer. Rejects only for an abort. */
  ask(members: readonly Member[], asker: Asker): Promise<readonly Peer[]> {
    this.#tell(asker);
    return Promise.all(members.map(async (member) => ({ ...(await this.#probe(member)), member })));
  }

  /** Ends what nobody has waited for. No connection is left when it settles. */
  async end(): Promise<void> {
    this.#ended.abort();
    this.#tellNobody();
    await Promise.allSettled(this.#begun.values());
  }

  #probe(member: Member): Promise<Peer> {
    const key = `${memberKey(member)} ${member.host}`;
    const begun = this.#begun.get(key) ?? probePeer(member, this.#settings, this.#asker, this.#signal);
    this.#begun.set(key, begun);
    return begun;
  }
}
