import { type Cluster, formatAddress, type NodeReport } from "@lighthouse-sd/core";
import type { NginxBlock } from "./nginx-config.js";

/** What a file of ours says of each member. nginx itself tells nobody whom it finds failing. */
export function describeUpstream(
  { nodes }: Cluster<NginxBlock>,
  {
    text,
    idle,
  }: {
    readonly text: string /** Why nginx has not loaded it; undefined: it has. */;
    readonly idle: string | undefined;
  },
): readonly NodeReport[] {
  const lines = new Map(
    [...text.matchAll(/^ {4}server (\S+?)((?: [^;]+)?);$/gm)].map(([, at = "", rest = ""]) => [at, rest]),
  );
  return (nodes ?? []).map(({ name, ip, port }) => {
    const rest = lines.get(formatAddress(ip, port));
    const state = rest === undefined ? "absent" : (/\b(down|backup)$/.exec(rest)?.[1] ?? "up");
    const serving = state === "up" && idle === undefined;
    return { node: name, state, serving, ...(idle === undefined ? {} : { detail: idle }) };
  });
}
