import { createSocket } from "node:dgram";
import { hostname, networkInterfaces } from "node:os";
import type { Peer } from "@lighthouse-sd/core";
import type { RunnerSettings } from "./config/configuration.js";

/** Addresses that are set aside for documentation: nothing is ever sent there. */
const ELSEWHERE: readonly (readonly ["udp4" | "udp6", string])[] = [
  ["udp4", "192.0.2.1"],
  ["udp6", "2001:db8::1"],
];

/** This host as its peers know it: what runner.yaml says, else the host's name and the address of its default route. (A
 * host's own name often stands for a loopback address.) */
export async function hostPeer(settings: Pick<RunnerSettings, "name" | "ip" | "peer_port">): Promise<Peer> {
  return {
    name: settings.name ?? hostname().replace(/[^A-Za-z0-9._-]/g, "-"),
    ip: settings.ip ?? (await ownAddress()),
    port: settings.peer_port,
  };
}

/** The address this host uses towards the world; 127.0.0.1 where it has no other. */
async function ownAddress(): Promise<string> {
  for (const [family, elsewhere] of ELSEWHERE) {
    const address = await sourceAddress(family, elsewhere);
    if (address !== undefined) return address;
  }
  const outward = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return outward.find(({ internal, scopeid }) => !internal && !scopeid)?.address ?? "127.0.0.1";
}

/** The address the kernel would send from; connecting a datagram socket sends nothing. */
function sourceAddress(family: "udp4" | "udp6", to: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(family);
    const settle = (address: string | undefined): void => {
      socket.close();
      resolve(address);
    };
    socket.once("error", () => settle(undefined));
    socket.connect(9, to, () => {
      const { address } = socket.address();
      const usable = address !== "0.0.0.0" && address !== "::" && !address.startsWith("127.") && !address.includes("%");
      settle(usable ? address : undefined);
    });
  });
}
