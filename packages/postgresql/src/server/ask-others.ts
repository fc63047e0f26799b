import { type Member, memberKey } from "../members.js";
import type { PeerProbes } from "./peer-probes.js";
import type { LocalServer, Peer } from "./server-state.js";

/** Whom to ask, and who asks. */
export interface Question {
  /** Rejected where it gives no answer: others are not asked then. */
  readonly local: Promise<LocalServer>;
  readonly probes: PeerProbes;
  readonly members: readonly Member[];
  /** The local server among them, where it is. */
  readonly self: Member | undefined;
  /** The slot that the local server uses on its primary, where that is of interest. */
  readonly slot: string | undefined;
}

/** Logs in to the other members at once, and asks them when the local server is known. */
export function askOthers({ local, probes, members, self, slot }: Question): Promise<readonly Peer[]> {
  const others = members.filter((member) => self === undefined || memberKey(member) !== memberKey(self));
  probes.askedBy(local.then(({ timeline, inRecovery }) => ({ timeline, slot: inRecovery ? slot : undefined })));
  return Promise.all(others.map((member) => probes.probe(member)));
}
