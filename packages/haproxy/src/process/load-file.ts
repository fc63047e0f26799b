import type { CallOptions } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import type { HAProxyConfig } from "../config/haproxy-config.js";
import { stateFileOf } from "../config-file.js";
import type { RenderedFile } from "../render/render-file.js";
import { dumpServerStates, type RunningHAProxy } from "../runtime/observe.js";
import { startDaemon } from "./daemon.js";
import { processesOn } from "./find-processes.js";
import { reloadManaged } from "./managed.js";
import { retire } from "./old-processes.js";
import { FileReplacement } from "./replace-file.js";
import { socketHandedOver } from "./socket-handover.js";
import { failed, type StartOutcome } from "./start-outcome.js";

/** A state file that HAProxy reads without a warning, and that says nothing. */
const NO_STATES = "1\n";

/** A configuration file to be written and loaded. */
export interface FileLoad {
  readonly config: HAProxyConfig;
  readonly binary: string;
  readonly rendered: RenderedFile;
  /** What runs now, and the admin socket it answers on; null: nothing. */
  readonly running: { readonly process: RunningHAProxy; readonly socketFile: string } | null;
}

/** Puts the new file in place and has HAProxy load it. Only a process that answers with the new structure makes it stand;
 * else the old file is back, and what ran goes on as if nothing had been. */
export async function loadFile(load: FileLoad, options: CallOptions): Promise<StartOutcome> {
  const { config, rendered, running } = load;
  await handOverStates(load, options);
  const replacement = await FileReplacement.put(config.config_file, rendered.text, {});
  let outcome: StartOutcome | undefined;
  try {
    outcome = await haveLoaded(load, options);
    if (outcome.ok) await retireOthers(load, outcome.pid, options);
    return outcome;
  } finally {
    if (outcome?.ok === true || (running === null && config.process.mode !== "daemon")) await replacement.keep();
    else await replacement.restore();
    await writeFileAtomic(stateFileOf(config), NO_STATES);
  }
}

/** A server that is down, or that somebody took out of rotation, must be so in the next process from its first request
 * on. */
async function handOverStates({ config, running }: FileLoad, options: CallOptions): Promise<void> {
  const states = running === null ? NO_STATES : await dumpServerStates(running.socketFile, options);
  await writeFileAtomic(stateFileOf(config), states);
}

async function haveLoaded(
  { config, binary, rendered, running }: FileLoad,
  options: CallOptions,
): Promise<StartOutcome> {
  const { structure } = rendered;
  const { process: settings } = config;
  if (settings.mode === "daemon") {
    const start = {
      binary,
      configFile: config.config_file,
      extraFiles: config.extra_files,
      pidFile: config.pid_file ?? "",
      socketFile: config.socket_file,
      structure,
      takeOverFrom: running?.socketFile,
    };
    return await startDaemon(start, options);
  }
  if (settings.mode === "none") return failed("process mode none loads nothing");
  if (running === null) {
    return failed(
      `HAProxy does not run behind ${config.socket_file}: process mode ${settings.mode} leaves its start to you`,
    );
  }
  const { socket_file: socketFile, pid_file: pidFile } = config;
  return await reloadManaged({ settings, pidFile, socketFile, structure, runningPid: running.process.pid }, options);
}

/** Only now that the new process answers may others stop listening; those that a killed runner left behind as well. */
async function retireOthers({ config, binary, running }: FileLoad, pid: number, options: CallOptions): Promise<void> {
  if (config.process.mode !== "daemon") return;
  const others = [...(await processesOn(config.config_file, binary))];
  const before = running?.process.pid;
  if (before !== undefined && !others.some((process) => process.pid === before)) {
    others.push({ pid: before, parent: 0, startTime: 0 });
  }
  retire(others, pid, config.max_old_workers);
  const old = others.map((process) => process.pid).filter((other) => other !== pid);
  await socketHandedOver(config.socket_file, old, options);
}
