import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { CallOptions } from "@lighthouse-sd/core";
import { socketsOf } from "./listening-sockets.js";

const POLL_MS = 5;
const LIMIT_MS = 2000;

/** Waits until none of `pids` takes connections on the admin socket any more. A process that was told to finish shares it
 * with the new one for a moment, and would answer for itself: with members that are not served any more. */
export async function socketHandedOver(
  socketFile: string,
  pids: readonly number[],
  { signal }: CallOptions,
): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline) {
    const inodes = parseUnixSockets(await readFile("/proc/net/unix", "utf8").catch(() => ""), socketFile);
    const held = await Promise.all(
      pids.map(async (pid) => [...(await socketsOf(pid))].some((inode) => inodes.has(inode))),
    );
    if (!held.includes(true)) return;
    await delay(POLL_MS, undefined, { signal });
  }
}

/** The inodes of listening sockets that were bound at `path`. HAProxy binds beside it and renames, and the kernel keeps
 * the name that was bound. */
export function parseUnixSockets(table: string, path: string): ReadonlySet<string> {
  return new Set(
    table.split("\n").flatMap((line) => {
      const [, , , flags = "", , , inode = "", bound = ""] = line.trim().split(/\s+/);
      const isListening = (Number.parseInt(flags, 16) & 0x10000) !== 0;
      return isListening && (bound === path || bound.startsWith(`${path}.`)) ? [inode] : [];
    }),
  );
}
