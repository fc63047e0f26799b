import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort, killHaproxies, type RunnerProcess, tempDirectory } from "@lighthouse-sd/test-servers";
import type { BenchNode } from "./addresses.js";
import { CLUSTER, type Column } from "./column.js";
import { type ConfigurationFiles, startConfigured, untilReady } from "./configured-runner.js";
import { balancerFile, clusterFile, SOCKET_FILE } from "./haproxy-files.js";
import { MemberDirectory } from "./member-directory.js";
import { Traffic } from "./traffic.js";

/** The bundled runner with file discovery, and the HAProxy it starts. `balancer`: further keys of haproxy.yaml;
 * `env`: further variables of the runner. */
export async function startLighthouse(
  name: "lighthouse" | "reload-always",
  nodes: readonly BenchNode[],
  balancer: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Column & { readonly runner: RunnerProcess }> {
  const directory = await tempDirectory("lhb");
  const port = await freePort();
  const place = (path: string): string => join(directory.path, path);
  mkdirSync(place("run"));
  const members = new MemberDirectory(place(`nodes/${CLUSTER}`), place("drafts"));
  members.fill(nodes);
  const files = configuration(directory.path, port, balancer);
  const runner = await startConfigured({ directory: directory.path, files, env });
  const stop = async (): Promise<void> => {
    try {
      await runner.stop();
    } finally {
      await killHaproxies(directory.path);
      await directory.remove();
    }
  };
  try {
    await untilReady(runner, name);
  } catch (error) {
    await stop();
    throw error;
  }
  const traffic = new Traffic(port);
  const socket = place(SOCKET_FILE);
  return {
    name,
    directory: directory.path,
    port,
    socket,
    controllerPid: runner.pid,
    members,
    traffic,
    runner,
    stop,
  };
}

function configuration(
  directory: string,
  port: number,
  balancer: Readonly<Record<string, unknown>>,
): ConfigurationFiles {
  return {
    "runner.yaml": { name: "bench-host", ip: "127.0.0.1" },
    // The files are written once and not refreshed.
    "discovery/file.yaml": { path: join(directory, "nodes"), ttl: "off" },
    "balancers/haproxy.yaml": balancerFile(directory, balancer),
    [`clusters/${CLUSTER}.yaml`]: clusterFile("file", port),
  };
}
