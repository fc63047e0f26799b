import { type Member, memberKey } from "../members.js";
import type { Session } from "../session.js";
import { observeLocal } from "./observe-local.js";
import { type ProbeSettings, probePeer } from "./probe-peer.js";
import type { LocalServer, LocalSettings, Peer } from "./server-state.js";

/** Whom to ask. */
export interface LookOptions {
  /** With the local server. */
  readonly session: Session;
  readonly localSettings: LocalSettings;
  readonly probe: ProbeSettings;
  readonly members: readonly Member[];
  /** The local server among them, where it is. */
  readonly self: Member | undefined;
  /** The slot that the local server uses on its primary, where that is of interest. */
  readonly slot: string | undefined;
  readonly signal: AbortSignal;
}

/** Asks the local server and the other members at the same time. Rejects where the local server gives no answer; no
 * connection to a member is left by then. */
export async function lookAround(
  options: LookOptions,
): Promise<{ readonly local: LocalServer; readonly peers: readonly Peer[] }> {
  const { session, localSettings, probe, members, self, slot, signal } = options;
  const others = members.filter((member) => self === undefined || memberKey(member) !== memberKey(self));
  const local = observeLocal(session, localSettings);
  const asker = local.then(({ timeline, inRecovery }) => ({ timeline, slot: inRecovery ? slot : undefined }));
  const peers = others.map((member) => probePeer(member, probe, asker, signal));
  await Promise.allSettled([local, asker, ...peers]);
  return { local: await local, peers: await Promise.all(peers) };
}
