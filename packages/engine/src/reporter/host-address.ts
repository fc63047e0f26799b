import { lookup, lookupService } from "node:dns/promises";
import { hostname } from "node:os";
import { type Peer, parseNode } from "@lighthouse-sd/core";
import type { RunnerSettings } from "../config/configuration.js";
import { hostPeer } from "../host-peer.js";
import type { HostAddress } from "./service-node.js";

type OwnSettings = Pick<RunnerSettings, "name" | "ip" | "peer_port">;

/** How this host is found out about. */
export interface HostSource {
  readonly peer: (settings: OwnSettings) => Promise<Peer>;
  /** Its full name, or its short one where it has no other. */
  readonly fullName: () => Promise<string>;
}

/** The real host. */
export const THIS_HOST: HostSource = { peer: hostPeer, fullName };

/** How this host is registered: by its full name (by its address where that is no name that readers take), at the address of its default route, or as runner.yaml says. Undefined
 * while it has none but loopback addresses, which would lead every other host to itself. A name with its domain that was
 * found before (`known`) stands: a name service that fails must not give the nodes other names. */
export async function hostAddress(
  settings: OwnSettings,
  source: HostSource,
  known: string | undefined,
): Promise<HostAddress | undefined> {
  const peer = await source.peer(settings);
  if (settings.ip === undefined && isLoopback(peer.ip)) return undefined;
  const host = settings.name ?? (known?.includes(".") ? known : await source.fullName());
  // Whoever reads the registry would not take a node whose host is no name.
  return { host: "node" in parseNode({ host, ip: peer.ip, port: 1 }) ? host : peer.ip, peer };
}

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}

/** What the name service makes of the host's name and address, as Python's `getfqdn`: the name with its domain. */
async function fullName(): Promise<string> {
  const name = hostname().replace(/[^A-Za-z0-9._-]/g, "-");
  if (name.includes(".")) return name;
  try {
    const { address } = await lookup(name);
    const { hostname: found } = await lookupService(address, 9);
    return found.toLowerCase().startsWith(`${name.toLowerCase()}.`) ? found : name;
  } catch {
    return name;
  }
}
