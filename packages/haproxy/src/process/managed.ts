import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { type CallOptions, durationMs } from "@lighthouse-sd/core";
import { runProgram } from "@lighthouse-sd/plugin-kit";
import { parseErrors } from "../check/parse-messages.js";
import type { ProcessSettings } from "../config/haproxy-config.js";
import { awaitProcess } from "./await-process.js";
import { failed, type StartOutcome } from "./start-outcome.js";

/** A HAProxy that somebody else starts, and that is told to load its file again. */
export interface ManagedReload {
  readonly settings: ProcessSettings & { readonly mode: "master" | "command" };
  readonly pidFile: string | undefined;
  readonly socketFile: string;
  readonly structure: string;
  /** The pid of the process that serves now: the new one has another. */
  readonly runningPid: number;
}

const ANSWER_LIMIT_MS = 60_000;

/** Has HAProxy's master process, or the operator's command, load the file; confirmed by the new worker's answer. */
export async function reloadManaged(reload: ManagedReload, options: CallOptions): Promise<StartOutcome> {
  const refusal =
    reload.settings.mode === "master" ? await tellMaster(reload, options) : await runCommand(reload, options);
  if (refusal !== undefined) return refusal;
  const { socketFile, structure, runningPid } = reload;
  const isNew = (pid: number): boolean => pid !== runningPid;
  const pid = await awaitProcess({ socketFile, structure, isNew, mayCome: async () => true }, options);
  if (pid !== undefined) return { ok: true, pid };
  return failed(`HAProxy was told to reload, but no new process answers on ${socketFile}; its log says why`);
}

async function runCommand(reload: ManagedReload, { signal }: CallOptions): Promise<StartOutcome | undefined> {
  if (reload.settings.mode !== "command") return undefined;
  const [program = "", ...args] = reload.settings.reload;
  const { code, stderr } = await runProgram(program, args, {
    signal,
    timeoutMs: durationMs(reload.settings.timeout ?? "30s"),
  });
  if (code === 0) return undefined;
  return failed(`the reload command ${[program, ...args].join(" ")} ended with exit code ${code}: ${stderr.trim()}`);
}

async function tellMaster(reload: ManagedReload, options: CallOptions): Promise<StartOutcome | undefined> {
  const masterSocket = reload.settings.mode === "master" ? reload.settings.master_socket : undefined;
  if (masterSocket === undefined) return await signalMaster(reload.pidFile ?? "");
  const answer = await askMaster(masterSocket, options);
  // Since 2.7 the answer says how it went; before, the connection just ends.
  if (!answer.includes("Success=0")) return undefined;
  const messages = parseErrors(answer);
  return messages.length > 0 ? { ok: false, messages } : failed(`HAProxy's master did not reload: ${answer.trim()}`);
}

async function signalMaster(pidFile: string): Promise<StartOutcome | undefined> {
  try {
    process.kill(Number((await readFile(pidFile, "utf8")).trim().split("\n")[0]), "SIGUSR2");
    return undefined;
  } catch (error) {
    return failed(`HAProxy's master process cannot be told to reload (pid file ${pidFile}): ${String(error)}`);
  }
}

function askMaster(path: string, { signal }: CallOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ path, signal })
      .setEncoding("utf8")
      .setTimeout(ANSWER_LIMIT_MS, () => socket.destroy());
    socket.on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
    socket.end("reload\n");
  });
}
