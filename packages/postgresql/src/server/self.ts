import { networkInterfaces } from "node:os";
import type { Peer as HostPeer } from "@lighthouse-sd/core";
import type { Member } from "../members.js";

/** The local server among the members: it has one of this host's addresses, and the server's port. */
export function findSelf(members: readonly Member[], port: number, host: HostPeer): Member | undefined {
  const addresses = new Set(
    Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => address)),
  );
  return members.find(
    (member) =>
      member.port === port && (member.ip === host.ip || addresses.has(member.ip) || member.ip.startsWith("127.")),
  );
}
