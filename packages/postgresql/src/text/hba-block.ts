import { canonicalIp, type Node } from "@lighthouse-sd/core";
import type { HbaRules } from "../config/postgresql-config.js";
import { quoteHba } from "./quote.js";

/** Who a member is, as far as access goes. */
export type HbaMember = Pick<Node, "host" | "ip" | "port">;

const MEMBER = /^# member (\S+) (\S+):(\d{1,5})$/;

/** The lines of one cluster between its markers, markers included. */
export function renderHbaBlock(cluster: string, rules: HbaRules, members: readonly HbaMember[]): readonly string[] {
  const type = rules.ssl ? "hostssl" : "host";
  const ips = [...new Set(members.map(({ ip }) => ip))].sort();
  const allowed = ips.flatMap((ip) => {
    const address = `${ip}/${ip.includes(":") ? 128 : 32}`;
    const replication =
      rules.user === undefined ? [] : [`${type} replication ${quoteHba(rules.user)} ${address} ${rules.method}`];
    const extra = rules.extra.map(
      ({ database, user }) => `${type} ${quoteHba(database)} ${quoteHba(user)} ${address} ${rules.method}`,
    );
    return [...replication, ...extra];
  });
  const names = members.map(({ ip, host, port }) => `# member ${ip} ${host}:${port}`).sort();
  return [
    beginMarker(cluster),
    "# Kept by Lighthouse: changes up to the END are overwritten.",
    ...names,
    ...allowed,
    endMarker(cluster),
  ];
}

/** The members that a block's lines name. */
export function parseHbaBlock(lines: readonly string[]): readonly HbaMember[] {
  return lines.flatMap((line) => {
    const [, address = "", host = "", port = ""] = MEMBER.exec(line.trimEnd()) ?? [];
    const ip = canonicalIp(address);
    return ip === undefined ? [] : [{ ip, host, port: Number(port) }];
  });
}

function beginMarker(cluster: string): string {
  return `# BEGIN lighthouse ${cluster}`;
}

function endMarker(cluster: string): string {
  return `# END lighthouse ${cluster}`;
}
