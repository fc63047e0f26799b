import { stat } from "node:fs/promises";
import { type HAProxyProcess, isRunning, processOf } from "./find-processes.js";

const POLL_MS = 250;

/** Notices soon when the process that serves ends, or another one has taken its socket's place. */
export class ProcessWatch {
  #timer: NodeJS.Timeout | undefined;
  #watched: { readonly process: HAProxyProcess; readonly socketFile: string; readonly inode: number } | undefined;

  /** Watches the process `pid` behind `socketFile` instead of any before it. `gone` is called once. */
  async watch(pid: number, socketFile: string, gone: (reason: string) => void): Promise<void> {
    const process = await processOf(pid);
    const inode = await inodeOf(socketFile);
    if (process === undefined || inode === undefined) return gone(`HAProxy (pid ${pid}) is gone`);
    const before = this.#watched;
    const isSame =
      before?.process.pid === pid && before.process.startTime === process.startTime && before.inode === inode;
    if (isSame && before.socketFile === socketFile) return;
    this.stop();
    this.#watched = { process, socketFile, inode };
    this.#timer = setInterval(() => void this.#look(gone), POLL_MS).unref();
  }

  async #look(gone: (reason: string) => void): Promise<void> {
    const watched = this.#watched;
    if (watched === undefined) return;
    const runs = await isRunning(watched.process);
    const inode = await inodeOf(watched.socketFile);
    if ((runs && inode === watched.inode) || this.#watched !== watched) return;
    this.stop();
    gone(
      runs
        ? `another process has taken the place of ${watched.socketFile}`
        : `HAProxy (pid ${watched.process.pid}) has ended`,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watched = undefined;
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.ino;
}
