import { canonicalIp } from "@lighthouse-sd/core";

/** Where a `bind` line listens: an address of TCP and a range of ports. */
export interface Bind {
  /** Canonical: `*` for all IPv4, `::` for all IPv6, `**` for both; lower case, no brackets. */
  readonly address: string;
  readonly first: number;
  readonly last: number;
}

const WILDCARDS: ReadonlySet<string> = new Set(["", "*", "0.0.0.0"]);

/** The TCP addresses that the parameters of a `bind` line name (`127.0.0.1:80,:::443 ssl …`). Sockets of other families
 * (`unix@`, `/path`, `abns@`, `fd@`) and addresses in variables are left out: they cannot be compared. */
export function parseBind(parameters: string): readonly Bind[] {
  const [addresses = "", ...options] = parameters.trim().split(/\s+/);
  const dualStack = options.includes("v4v6");
  return addresses.split(",").flatMap((text) => {
    const bind = parseAddress(text);
    if (bind === undefined) return [];
    return [dualStack && bind.address === "::" ? { ...bind, address: "**" } : bind];
  });
}

function parseAddress(text: string): Bind | undefined {
  const plain = text.replace(/^(ipv4|ipv6|tcp4|tcp6|tcp)@/, "");
  if (plain.includes("@") || plain.startsWith("/") || plain.includes("$") || plain.includes('"')) return undefined;
  const match = /^(.*):(\d+)(?:-(\d+))?$/.exec(plain);
  if (match === null) return undefined;
  const first = Number(match[2]);
  const host = (match[1] ?? "").toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return {
    address: canonicalHost(host, /^(ipv6|tcp6)@/.test(text)),
    first,
    last: match[3] === undefined ? first : Number(match[3]),
  };
}

function canonicalHost(host: string, isIpv6: boolean): string {
  if (WILDCARDS.has(host)) return isIpv6 ? "::" : "*";
  if (host === "localhost") return isIpv6 ? "::1" : "127.0.0.1";
  return canonicalIp(host) ?? host;
}

/** True where both would listen on one address and port. */
export function bindsOverlap(a: Bind, b: Bind): boolean {
  return a.first <= b.last && b.first <= a.last && addressesMeet(a.address, b.address);
}

function addressesMeet(a: string, b: string): boolean {
  if (a === b || a === "**" || b === "**") return true;
  const isIpv6 = (address: string): boolean => address.includes(":");
  if (a === "*") return !isIpv6(b);
  if (b === "*") return !isIpv6(a);
  if (a === "::") return isIpv6(b);
  return b === "::" && isIpv6(a);
}

/** A bind's address as people write it. */
export function formatBind(bind: Bind): string {
  const address = bind.address === "**" ? "*" : bind.address;
  const ports = bind.first === bind.last ? String(bind.first) : `${bind.first}-${bind.last}`;
  return address.includes(":") ? `[${address}]:${ports}` : `${address}:${ports}`;
}
