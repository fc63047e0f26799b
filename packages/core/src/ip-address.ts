import { isIPv4, isIPv6 } from "node:net";

const MAPPED_IPV4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** An IP literal in its one canonical form (IPv6 compressed and in lower case, IPv4-mapped IPv6 as IPv4); undefined for
 * anything else, addresses with a zone id included. */
export function canonicalIp(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const mapped = MAPPED_IPV4.exec(canonical);
  if (mapped === null) return canonical;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Why no node can be reached at a canonical IP address by unicast; undefined where one can. */
export function unusableIp(ip: string): string | undefined {
  if (ip === "0.0.0.0" || ip === "::") return "is the unspecified address";
  if (ip === "255.255.255.255") return "is the broadcast address";
  if (isIPv4(ip)) {
    const [first = 0, second = 0] = ip.split(".").map(Number);
    if (first === 0) return "is in the reserved block 0.0.0.0/8";
    if (first === 169 && second === 254) return "is a link-local address";
    return first >= 224 && first <= 239 ? "is a multicast address" : undefined;
  }
  if (/^fe[89ab]/.test(ip)) return "is a link-local address";
  return ip.startsWith("ff") ? "is a multicast address" : undefined;
}

/** `10.0.0.5:80`, `[2001:db8::1]:80`. */
export function formatAddress(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}
