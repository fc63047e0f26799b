import type { Fault } from "../check/blame.js";
import { bindsOverlap, formatBind, parseBind } from "../config/bind-address.js";
import type { RenderedFile } from "../render/render-file.js";
import { holderOf, type ListeningSocket, listeningSockets, socketsOf } from "./listening-sockets.js";

/** The sockets of this host that listen, but for those of the processes `own`. */
export async function foreignSockets(own: readonly number[]): Promise<readonly ListeningSocket[]> {
  const ownSockets = new Set((await Promise.all(own.map(socketsOf))).flatMap((inodes) => [...inodes]));
  return (await listeningSockets()).filter((socket) => !ownSockets.has(socket.inode));
}

/** The `bind` lines of a configuration whose addresses a `foreign` socket listens on. HAProxy itself does not always
 * tell: with whoever allows it (SO_REUSEPORT) it shares the address, and half of the connections go elsewhere. */
export async function takenBinds(
  rendered: RenderedFile,
  foreign: readonly ListeningSocket[],
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const section of rendered.sections.values()) {
    for (const { text, origin } of section.lines) {
      if (!text.startsWith("bind ")) continue;
      for (const bind of parseBind(text.slice("bind ".length))) {
        const rival = foreign.find((socket) => bindsOverlap(socket.bind, bind));
        if (rival === undefined) continue;
        const holder = (await holderOf(rival.inode)) ?? "another process";
        faults.push({ origin, message: { text: `cannot listen on ${formatBind(bind)}: taken by ${holder}` } });
      }
    }
  }
  return faults;
}
