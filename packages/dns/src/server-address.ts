import { isIP, isIPv6 } from "node:net";
import { formatAddress, type Problem } from "@lighthouse-sd/core";

/** Where a name server is. */
export interface ServerAddress {
  readonly ip: string;
  readonly port: number;
  /** As messages name it: without its port where that is the usual one. */
  readonly shown: string;
}

const DNS_PORT = 53;
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** Of `10.0.0.2`, `10.0.0.2:5353`, `2001:db8::2`, `[2001:db8::2]:5353`; undefined for anything else. */
export function parseServerAddress(text: string): ServerAddress | undefined {
  const bare = text.replace(/^\[([^\]]+)\]$/, "$1");
  if (isIP(bare) !== 0) return { ip: bare, port: DNS_PORT, shown: bare };
  const [, bracketed, plain = "", digits = ""] = WITH_PORT.exec(text) ?? [];
  const ip = bracketed ?? plain;
  const port = Number(digits);
  const isAddress = bracketed === undefined ? isIP(ip) === 4 : isIPv6(ip);
  if (!isAddress || port < 1 || port > 65_535) return undefined;
  return { ip, port, shown: port === DNS_PORT ? ip : formatAddress(ip, port) };
}

/** The problems of configured `servers`. */
export function addressProblems(servers: readonly string[]): readonly Problem[] {
  return servers.flatMap((server, index) => {
    if (parseServerAddress(server) !== undefined) return [];
    const message = `must be an IP address, with a port where it is not 53, got ${JSON.stringify(server)}`;
    return [{ path: ["servers", index], message }];
  });
}

/** The name servers of a resolv.conf, in order; without any, the one of this host, as the C library has it. */
export function resolvConfServers(text: string): readonly ServerAddress[] {
  const servers = text.split("\n").flatMap((line) => {
    const [, ip = ""] = /^\s*nameserver\s+(\S+)/.exec(line) ?? [];
    return isIP(ip) === 0 ? [] : [{ ip, port: DNS_PORT, shown: ip }];
  });
  return servers.length > 0 ? servers : [{ ip: "127.0.0.1", port: DNS_PORT, shown: "127.0.0.1" }];
}
