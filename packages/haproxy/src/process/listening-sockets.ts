import { readdir, readFile, readlink } from "node:fs/promises";
import { canonicalIp } from "@lighthouse-sd/core";
import type { Bind } from "../config/bind-address.js";

/** A TCP socket of this host that listens. */
export interface ListeningSocket {
  readonly bind: Bind;
  /** The kernel's number for it, by which /proc tells whose it is. */
  readonly inode: string;
}

const LISTEN = "0A";

/** All TCP sockets that listen, from /proc/net. */
export async function listeningSockets(): Promise<readonly ListeningSocket[]> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return tables.flatMap(parseSockets);
}

/** The listening sockets in one of the kernel's tables. */
export function parseSockets(table: string): readonly ListeningSocket[] {
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [address = "", port = ""] = (fields[1] ?? "").split(":");
    if (fields[3] !== LISTEN) return [];
    const bind = {
      address: parseKernelAddress(address),
      first: Number.parseInt(port, 16),
      last: Number.parseInt(port, 16),
    };
    return [{ bind, inode: fields[9] ?? "" }];
  });
}

/** Addresses stand there as 32-bit words in the machine's byte order (little-endian on all that run this). */
function parseKernelAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) {
    const address = bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
    return address === "0.0.0.0" ? "*" : address;
  }
  const groups = Array.from({ length: 8 }, (_, index) => `${bytes[2 * index]}${bytes[2 * index + 1]}`);
  return canonicalIp(groups.join(":")) ?? groups.join(":");
}

/** The inodes of the sockets that a process holds; none where it may not be looked at. */
export async function socketsOf(pid: number): Promise<ReadonlySet<string>> {
  const folder = `/proc/${pid}/fd`;
  const entries = await readdir(folder).catch(() => []);
  const links = await Promise.all(entries.map((entry) => readlink(`${folder}/${entry}`).catch(() => "")));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

/** Who holds a socket, for people: `nginx (pid 123)`; undefined where that cannot be seen. */
export async function holderOf(inode: string): Promise<string | undefined> {
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || !(await socketsOf(Number(entry))).has(inode)) continue;
    const name = await readFile(`/proc/${entry}/comm`, "utf8").catch(() => "a process");
    return `${name.trim()} (pid ${entry})`;
  }
  return undefined;
}

/** Those of `pids` that listen. */
export async function listeners(pids: readonly number[]): Promise<readonly number[]> {
  const listening = new Set((await listeningSockets()).map((socket) => socket.inode));
  const serving = await Promise.all(
    pids.map(async (pid) => [...(await socketsOf(pid))].some((inode) => listening.has(inode))),
  );
  return pids.filter((_pid, index) => serving[index]);
}
