import { setMaxListeners } from "node:events";
import type { CallOptions } from "@lighthouse-sd/core";
import { PEERS_VARIABLE, STRUCTURE_VARIABLE } from "../render/render-file.js";
import { AdminSocket, AdminSocketError, ANSWER_LIMIT_MS } from "./admin-socket.js";
import { parseInfo, parseServers, parseVariable, type RunningServer } from "./parse-show.js";

/** What a HAProxy that answers says of itself. */
export interface RunningHAProxy {
  readonly state: "running";
  readonly pid: number;
  readonly version: string;
  /** The structure it has loaded; undefined: a configuration that is not ours. */
  readonly structure: string | undefined;
  readonly peers: string | undefined;
  readonly servers: ReadonlyMap<string, readonly RunningServer[]>;
}

/** What is behind the admin socket. */
export type Observation =
  | RunningHAProxy
  | { readonly state: "absent" }
  /** Something holds the socket but gives no answer. */
  | { readonly state: "hung"; readonly reason: string };

/** How to look. */
export interface Look {
  /** Which servers are backups is told by the statistics alone, which are large: they are read only where there may be
   * any. */
  readonly mayHaveBackups: boolean;
  /** For each answer. */
  readonly answerLimitMs: number;
}

/** Looks at what runs behind the admin socket. */
export async function observe(
  socketFile: string,
  { mayHaveBackups, answerLimitMs }: Look,
  options: CallOptions,
): Promise<Observation> {
  try {
    const socket = AdminSocket.open(socketFile, answerLimitMs, options);
    try {
      return await readAll(socket, mayHaveBackups);
    } finally {
      socket.close();
    }
  } catch (error) {
    if (!(error instanceof AdminSocketError) || options.signal.aborted) throw error;
    return error.code === "LIGHTHOUSE_HAPROXY_ABSENT" ? { state: "absent" } : { state: "hung", reason: error.message };
  }
}

async function readAll(socket: AdminSocket, mayHaveBackups: boolean): Promise<RunningHAProxy> {
  const commands = ["show info", `show env ${STRUCTURE_VARIABLE}`, `show env ${PEERS_VARIABLE}`, "show servers state"];
  const stat = mayHaveBackups ? ["show stat -1 4 -1"] : [];
  const [about = "", structureText = "", peersText = "", state = "", stats = ""] = await socket.sendAll([
    ...commands,
    ...stat,
  ]);
  const info = parseInfo(about);
  const structure = parseVariable(STRUCTURE_VARIABLE, structureText);
  const peers = parseVariable(PEERS_VARIABLE, peersText);
  const servers = parseServers(state, stats);
  const pid = Number(info.get("Pid"));
  return { state: "running", pid, version: info.get("Version") ?? "unknown", structure, peers, servers };
}

/** The states of all servers, in the form HAProxy reads back at a start. */
export async function dumpServerStates(socketFile: string, options: CallOptions): Promise<string> {
  const socket = AdminSocket.open(socketFile, ANSWER_LIMIT_MS, options);
  try {
    return `${await socket.send("show servers state")}\n`;
  } finally {
    socket.close();
  }
}

/** More connections than HAProxy takes on its admin socket by default (`stats maxconn` 10), with room for a larger
 * setting. */
const MOST_CONNECTIONS = 200;

/** The pid of a process that answers on the socket, is new, and has `structure` loaded; undefined where there is none
 * (yet). While an old and a new process share the socket either may take a connection; those the old one takes are held
 * until it takes no more. */
export async function processAnswers(
  socketFile: string,
  wanted: { readonly isNew: (pid: number) => boolean; readonly structure: string },
  options: CallOptions,
): Promise<number | undefined> {
  const held: AdminSocket[] = [];
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(MOST_CONNECTIONS, signal);
  try {
    while (held.length < MOST_CONNECTIONS) {
      const socket = AdminSocket.open(socketFile, ANSWER_LIMIT_MS, { signal });
      held.push(socket);
      const [info = "", variable = ""] = await socket.sendAll(["show info", `show env ${STRUCTURE_VARIABLE}`]);
      const pid = Number(parseInfo(info).get("Pid"));
      const structure = parseVariable(STRUCTURE_VARIABLE, variable);
      if (wanted.isNew(pid) && structure === wanted.structure) return pid;
    }
  } catch (error) {
    if (!(error instanceof AdminSocketError) || options.signal.aborted) throw error;
  } finally {
    for (const socket of held) socket.close();
  }
  return undefined;
}
