import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  freePort,
  haproxyBinary,
  killHaproxies,
  type RunnerProcess,
  startRunner,
  tempDirectory,
  waitFor,
} from "@lighthouse-sd/test-servers";
import { stringify } from "yaml";
import type { BenchNode } from "./addresses.js";
import { CLUSTER, type Column } from "./column.js";
import { MemberDirectory } from "./member-directory.js";
import { Traffic } from "./traffic.js";

/** The file HAProxy runs on, below a column's directory. */
export const CONFIG_FILE = "run/haproxy.cfg";
/** Its admin socket. */
export const SOCKET_FILE = "run/admin.sock";

/** What is set besides the files' places: enough for HAProxy to pass on http, and to keep a quiet connection. */
const DEFAULTS = ["mode http", "timeout connect 5s", "timeout client 10m", "timeout server 10m"];
/** Has no limit of servers, and gives idle ones their turn one after the other. */
const BACKEND = ["balance leastconn"];

/** The bundled runner with file discovery, and the HAProxy it starts. `balancer`: further keys of haproxy.yaml;
 * `env`: further variables of the runner. */
export async function startLighthouse(
  name: "lighthouse" | "reload-always",
  nodes: readonly BenchNode[],
  balancer: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Column & { readonly runner: RunnerProcess }> {
  const directory = await tempDirectory("lhb");
  const [port, httpPort] = [await freePort(), await freePort()];
  const place = (path: string): string => join(directory.path, path);
  writeConfig(place, port, balancer);
  const members = new MemberDirectory(place(`nodes/${CLUSTER}`), place("drafts"));
  members.fill(nodes);
  const runner = startRunner({ directory: place("etc"), stateDirectory: place("state"), httpPort, env });
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

function writeConfig(place: (path: string) => string, port: number, balancer: Readonly<Record<string, unknown>>): void {
  const files: Readonly<Record<string, unknown>> = {
    "runner.yaml": { name: "bench-host", ip: "127.0.0.1" },
    // The files are written once and not refreshed.
    "discovery/file.yaml": { path: place("nodes"), ttl: "off" },
    "balancers/haproxy.yaml": {
      config_file: place(CONFIG_FILE),
      socket_file: place(SOCKET_FILE),
      pid_file: place("run/haproxy.pid"),
      binary: haproxyBinary(),
      bind_address: "127.0.0.1",
      defaults: DEFAULTS,
      ...balancer,
    },
    [`clusters/${CLUSTER}.yaml`]: {
      discovery: "file",
      // Five hundred of five hundred and ten leave at once, and are meant to.
      guard: { max_removal: "100%" },
      haproxy: { port, backend: BACKEND },
    },
  };
  for (const folder of ["run", "etc/discovery", "etc/balancers", "etc/clusters"]) {
    mkdirSync(place(folder), { recursive: true });
  }
  for (const [path, content] of Object.entries(files)) {
    writeFileSync(place(`etc/${path}`), stringify(content, { lineWidth: 0 }));
  }
}

async function untilReady(runner: RunnerProcess, name: string): Promise<void> {
  try {
    await waitFor(async () => (await runner.get("/readyz")).status === 200, {
      what: `${name}'s runner to be ready`,
      deadlineMs: 60_000,
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}; it wrote:\n${runner.output().slice(-4_000)}`, { cause: error });
  }
}
