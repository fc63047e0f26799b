/** True: a request with this Host header asks for us. A page of somebody else's site whose name was pointed at this host
 * (DNS rebinding) carries that site's name and is turned away; any port is fine, for it may have been forwarded. */
export function isKnownHost(header: string | undefined, listening: string | undefined): boolean {
  const name = hostName(header ?? "");
  return name !== undefined && (KNOWN.has(name) || name === listening);
}

const KNOWN: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1"]);

function hostName(header: string): string | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** True: no browser says that the request is made by a page of another address than the one it is sent to. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
