import type { Node, Peer } from "@lighthouse-sd/core";
import type { ServiceSettings } from "../config/configuration.js";

/** How this host is known to others. */
export interface HostAddress {
  /** Its full name. */
  readonly host: string;
  /** `peer.ip` is where it is reached. */
  readonly peer: Peer;
}

/** The node that stands for one port of a service in its registry. `drained`: an operator took the service out of
 * rotation; the node says so itself, so that every balancer drains it. */
export function serviceNode(
  { metadata }: Pick<ServiceSettings, "metadata">,
  port: number,
  { host, peer }: HostAddress,
  drained: boolean,
): Node {
  return {
    name: `${host}:${port}`,
    host,
    ip: peer.ip,
    port,
    peer,
    metadata: drained ? { ...metadata, drain: true } : metadata,
  };
}
