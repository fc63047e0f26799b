import { type Member, memberKey } from "../members.js";
import type { Session } from "../session.js";
import { observeLocal } from "./observe-local.js";
import type { PeerProbes } from "./peer-probes.js";
import type { LocalServer, LocalSettings, Peer } from "./server-state.js";

/** Whom to ask. */
export interface LookOptions {
  /** With the local server. */
  readonly session: Session;
  readonly localSettings: LocalSettings;
  readonly probes: PeerProbes;
  readonly members: readonly Member[];
  /** The local server among them, where it is. */
  readonly self: Member | undefined;
  /** The slot that the local server uses on its primary, where that is of interest. */
  readonly slot: string | undefined;
}

/** Asks the local server while the others are logged in to, and then those. Rejects where the local server gives no answer. */
export async function lookAround(
  options: LookOptions,
): Promise<{ readonly local: LocalServer; readonly peers: readonly Peer[] }> {
  const { session, localSettings, probes, members, self, slot } = options;
  const others = members.filter((member) => self === undefined || memberKey(member) !== memberKey(self));
  const local = observeLocal(session, localSettings);
  probes.askedBy(local.then(({ timeline, inRecovery }) => ({ timeline, slot: inRecovery ? slot : undefined })));
  const [found, peers] = await Promise.all([local, Promise.all(others.map((member) => probes.probe(member)))]);
  return { local: found, peers };
}
