import type { CallOptions, Cluster, NodeReport } from "@lighthouse-sd/core";
import type { HAProxyBlock, HAProxyConfig } from "./config/haproxy-config.js";
import { ownServers } from "./render/own-servers.js";
import { AdminSocket } from "./runtime/admin-socket.js";
import { nodeReports } from "./runtime/node-reports.js";
import { parseHealth } from "./runtime/parse-health.js";

const NO_BACKEND = /^(?:Can't find backend|No such proxy)/;

/** What the running HAProxy shows of the servers of a cluster, those of the operator's own aside. Rejects where it gives no
 * answer, or has no such backend. */
export async function describeBackend(
  config: HAProxyConfig,
  { name, config: block }: Cluster<HAProxyBlock>,
  answerLimitMs: number,
  options: CallOptions,
): Promise<readonly NodeReport[]> {
  const socket = AdminSocket.open(config.socket_file, answerLimitMs, options);
  try {
    const commands = [`show stat ${name} 4 -1`, `show servers state ${name}`];
    const [stat = "", state = ""] = await socket.sendAll(commands);
    if (NO_BACKEND.test(state)) throw new Error(`the HAProxy on ${config.socket_file} has no backend ${name} yet`);
    const own = ownServers(block.backend).names;
    return nodeReports(parseHealth(stat, state).filter((server) => !own.has(server.name)));
  } finally {
    socket.close();
  }
}
