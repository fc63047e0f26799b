import type { Problem } from "@lighthouse-sd/core";

const DEFAULT_PORT = 2379;
const LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?";
const HOST = new RegExp(
  `^(?:(?<scheme>https?)://)?(?<name>${LABEL}(?:\\.${LABEL})*\\.?|\\[[0-9A-Fa-f:.]+\\])(?::(?<port>\\d{1,5}))?/?$`,
);

/** A member's address. */
export interface EtcdHost {
  /** As people know it: `etcd1.example.com:2379`. */
  readonly shown: string;
  /** `https://etcd1.example.com:2379` */
  readonly url: string;
}

/** The members of a list that has no problems. TLS is spoken where `tls` is set or a member's URL says so. */
export function parseHosts(hosts: readonly string[], tls: boolean): readonly EtcdHost[] {
  return hosts.map((host) => {
    const parsed = parseHost(host);
    if (parsed === undefined) throw new Error(`not an etcd member: ${host}`);
    const scheme = tls || parsed.scheme === "https" ? "https" : "http";
    return { shown: parsed.address, url: `${scheme}://${parsed.address}` };
  });
}

/** What is wrong with a list of members. */
export function hostProblems(hosts: readonly string[], tls: boolean): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const [index, host] of hosts.entries()) {
    const message = hostProblem(host, tls, seen);
    if (message !== undefined) problems.push({ path: ["hosts", index], message });
    else seen.set(parseHost(host)?.address ?? host, index);
  }
  return problems;
}

function hostProblem(host: string, tls: boolean, seen: ReadonlyMap<string, number>): string | undefined {
  const parsed = parseHost(host);
  if (parsed === undefined) return `must be a member such as etcd1.example.com:2379, got ${JSON.stringify(host)}`;
  if (parsed.scheme === "http" && tls)
    return `"tls" is set, but ${host} asks for plain HTTP; write https:// or only the host`;
  const before = seen.get(parsed.address);
  return before === undefined ? undefined : `is the same member as hosts[${before}]`;
}

function parseHost(host: string): { readonly scheme: string | undefined; readonly address: string } | undefined {
  const groups = HOST.exec(host)?.groups;
  if (groups === undefined) return undefined;
  const port = Number(groups["port"] ?? DEFAULT_PORT);
  if (port < 1 || port > 65_535) return undefined;
  return { scheme: groups["scheme"], address: `${(groups["name"] ?? "").toLowerCase()}:${port}` };
}
