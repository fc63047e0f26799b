import { haproxyCommand, haproxyProcesses, waitFor } from "@lighthouse-sd/test-servers";
import { parseActiveServers, parseRunningServers, parseServers } from "./backend-figures.js";
import type { MemberDirectory } from "./member-directory.js";
import type { ColumnName } from "./results.js";
import type { Traffic } from "./traffic.js";

/** The one cluster. */
export const CLUSTER = "web";

/** A process that follows members, and its HAProxy. */
export interface Follower {
  readonly name: string;
  /** Every path of HAProxy is below it. */
  readonly directory: string;
  readonly socket: string;
  readonly controllerPid: number;
  readonly traffic: Traffic;
  stop(): Promise<void>;
}

/** One of those compared: it follows a directory of members. */
export interface Column extends Follower {
  readonly name: ColumnName;
  /** HAProxy's frontend. */
  readonly port: number;
  readonly members: MemberDirectory;
}

/** In a reload the old process and the new one answer on the one socket for a while, by chance: so many equal answers in
 * a row are not chance any more. */
const SURE = 8;

/** Waits until HAProxy says that it has so many active servers up: the base member, and those that were added. Gives
 * since when it has said so, as of `performance.now()`. */
export function untilActive(column: Follower, count: number): Promise<number> {
  return waitFor(
    async () => {
      const found = await activeServers(column);
      const since = performance.now();
      if (found !== count) throw new Error(`found ${found}`);
      if ((await haproxyProcesses(column.directory)).length === 1) return since;
      for (let look = 1; look < SURE; look++) if ((await activeServers(column)) !== count) return undefined;
      return since;
    },
    { what: `${column.name}'s HAProxy to have ${count} active servers up`, deadlineMs: 120_000, everyMs: 5 },
  );
}

async function activeServers(column: Follower): Promise<number | undefined> {
  return parseActiveServers(await haproxyCommand(column.socket, `show stat ${CLUSTER} 2 -1`));
}

/** Of `show servers state`: the addresses of those that are up and not in maintenance or drain. */
export async function runningServers(column: Follower): Promise<ReadonlySet<string>> {
  return parseRunningServers(await serversState(column));
}

/** Waits until HAProxy has no other server than that of the base member, not even one that is on its way out. */
export async function untilOneServer(column: Follower): Promise<void> {
  await waitFor(async () => parseServers(await serversState(column)).length === 1, {
    what: `${column.name}'s HAProxy to have one server`,
    deadlineMs: 60_000,
  });
}

function serversState(column: Follower): Promise<string> {
  return haproxyCommand(column.socket, `show servers state ${CLUSTER}`, 20_000);
}

/** Waits until those that were replaced have ended. */
export async function untilOneProcess(column: Follower): Promise<void> {
  await waitFor(async () => (await haproxyProcesses(column.directory)).length === 1, {
    what: `${column.name} to have one HAProxy process`,
    deadlineMs: 60_000,
  });
}
