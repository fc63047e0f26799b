import { isIP } from "node:net";

/** Where to answer HTTP; `off`: nowhere. */
export type ListenAddress = { readonly host: string; readonly port: number } | "off";

const FORM = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/;

/** Reads `127.0.0.1:9470`, `[::1]:9470`, `localhost:9470` (port 0: any free one) or `off`; says what is wrong with
 * anything else. Only loopback addresses are taken unless others are to show a token: status and node lists are for this
 * host. */
export function parseListenAddress(
  text: string,
  hasToken: boolean = false,
): ListenAddress | { readonly wrong: string } {
  if (text === "off") return "off";
  const match = FORM.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    return { wrong: `must be ADDRESS:PORT (for example 127.0.0.1:9470) or off, got ${JSON.stringify(text)}` };
  }
  const host = match[1] ?? (match[2] === "localhost" ? "127.0.0.1" : (match[2] ?? ""));
  if (isIP(host) === 0)
    return { wrong: `must have an IP address or localhost before the port, got ${JSON.stringify(text)}` };
  if (!isLoopback(host) && !hasToken) {
    return {
      wrong: `${host} is not a loopback address, and who reaches it must show a token: set http.token_file (or --http-token-file), or use 127.0.0.1:${port} or [::1]:${port}`,
    };
  }
  return { host, port };
}

/** True: only this host can reach it. */
export function isLoopback(ip: string): boolean {
  return ip === "::1" || ip.startsWith("127.");
}
