import type { CallOptions } from "@lighthouse-sd/core";
import type { HAProxyConfig } from "../config/haproxy-config.js";
import { type Look, observe, type RunningHAProxy } from "../runtime/observe.js";
import { processesOn } from "./find-processes.js";
import { listeners } from "./listening-sockets.js";

/** A HAProxy that answers, and the admin socket it does so on. */
export interface Running {
  readonly process: RunningHAProxy;
  readonly socketFile: string;
}

/** Where a running HAProxy is looked for. */
export interface RunningSearch extends Look {
  readonly config: HAProxyConfig;
  readonly binary: string;
  /** The admin socket that the last accepted configuration named: HAProxy still has it until it is reloaded. */
  readonly lastSocket: string | undefined;
}

/** The HAProxy that runs; null: none does. One that cannot be taken for certain rejects: a second process beside it would
 * split the traffic. */
export async function findRunning(search: RunningSearch, options: CallOptions): Promise<Running | null> {
  const { config, binary, lastSocket } = search;
  for (const socketFile of new Set([config.socket_file, lastSocket ?? config.socket_file])) {
    const found = await observe(socketFile, search, options);
    if (found.state === "hung") {
      throw new Error(`${found.reason}; it is left alone: a second one beside it would split the traffic`);
    }
    if (found.state === "absent") continue;
    if (config.process.mode === "daemon") await refuseMaster(config, binary, found.pid);
    return { process: found, socketFile };
  }
  return null;
}

/** A process with a master above it is the master's to replace. */
async function refuseMaster(config: HAProxyConfig, binary: string, pid: number): Promise<void> {
  const processes = await processesOn(config.config_file, binary);
  const parent = processes.find((process) => process.pid === pid)?.parent;
  if (parent === undefined || !processes.some((process) => process.pid === parent)) return;
  throw new Error(
    `HAProxy (pid ${pid}) runs under a master process (pid ${parent}), process mode is daemon: set process: {mode: master}, or stop that HAProxy`,
  );
}

/** Processes on the same file that listen beside the one that answers: left by a reload that was cut short, or started by
 * hand. */
export async function rivalsOf(config: HAProxyConfig, binary: string, running: Running): Promise<readonly number[]> {
  const others = (await processesOn(config.config_file, binary)).filter(({ pid }) => pid !== running.process.pid);
  return await listeners(others.map(({ pid }) => pid));
}
