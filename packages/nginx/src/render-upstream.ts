import { durationMs, formatAddress, type Node, type ServingHints, servingHints } from "@lighthouse-sd/core";
import type { NginxBlock } from "./nginx-config.js";

/** How each of our files begins: others in the directory are left alone. */
export const HEADER = "# Written by Lighthouse, which replaces it when members change.";

/** Methods of nginx that know no `backup`. */
const WITHOUT_BACKUP = /^(ip_hash|random|hash)\b/;
/** What one member takes in a zone, in bytes, on the safe side; and the least that a zone may have. */
const MEMBER_BYTES = 1_024;
const LEAST_ZONE = 65_536;
/** nginx refuses an upstream that has no server. Nothing is sent to one that is down: requests get 502. */
const NOBODY = "server 127.0.0.1:1 down;";

/** The text of a cluster's file. The same members give the same bytes, whatever order they come in. */
export function renderUpstream(upstream: string, block: NginxBlock, nodes: readonly Node[]): string {
  const lines = [
    ...zone(upstream, block, nodes.length),
    ...(block.method === "round_robin" ? [] : [`${block.method};`]),
    ...servers(block, nodes),
    // It has to come after the method.
    ...(block.keepalive === undefined ? [] : [`keepalive ${block.keepalive};`]),
  ];
  return `${HEADER}\nupstream ${upstream} {\n${lines.map((line) => `    ${line}\n`).join("")}}\n`;
}

/** The name of a cluster's upstream. */
export function upstreamOf(cluster: string, block: NginxBlock): string {
  return block.upstream ?? cluster;
}

function zone(upstream: string, block: NginxBlock, members: number): readonly string[] {
  if (block.zone === "off") return [];
  if (block.zone !== "auto") return [`zone lighthouse_${upstream} ${block.zone};`];
  // A size of its own for each number of members would be another zone at every change: powers of two are few.
  const wanted = Math.max(LEAST_ZONE, LEAST_ZONE / 2 + members * MEMBER_BYTES);
  return [`zone lighthouse_${upstream} ${2 ** Math.ceil(Math.log2(wanted)) / 1_024}k;`];
}

function servers(block: NginxBlock, nodes: readonly Node[]): readonly string[] {
  if (nodes.length === 0) return [NOBODY];
  // nginx refuses an upstream of backups alone.
  const haveFirst = nodes.some(({ metadata }) => duty(servingHints(metadata)) === "first");
  const lines = nodes.map((node) => {
    const is = duty(servingHints(node.metadata));
    const spare = is === "backup" && haveFirst ? (WITHOUT_BACKUP.test(block.method) ? " down" : " backup") : "";
    const words = [`server ${formatAddress(node.ip, node.port)}`, ...parameters(block, node)];
    return `${words.join(" ")}${is === "none" ? " down" : spare};`;
  });
  return lines.toSorted();
}

/** What a member is there for now. nginx has no weight of 0. */
function duty({ drain, weight, backup }: ServingHints): "first" | "backup" | "none" {
  if (drain || weight === 0) return "none";
  return backup ? "backup" : "first";
}

/** Of metadata nothing reaches the file but a number. */
function parameters(block: NginxBlock, { metadata }: Node): readonly string[] {
  const weight = servingHints(metadata).weight || (block.weight ?? 1);
  const failTimeout = block.fail_timeout === undefined ? undefined : durationMs(block.fail_timeout);
  return [
    ...(weight === 1 ? [] : [`weight=${weight}`]),
    ...(block.max_conns === undefined ? [] : [`max_conns=${block.max_conns}`]),
    ...(block.max_fails === undefined ? [] : [`max_fails=${block.max_fails}`]),
    ...(failTimeout === undefined ? [] : [`fail_timeout=${Math.max(1, Math.ceil(failTimeout / 1_000))}s`]),
  ];
}
