import { readdir, stat, statfs } from "node:fs/promises";

/** What decides how far the kernel's events of a directory can be trusted. */
export interface DirectoryState {
  /** Which directory stands at the path: device, inode and time of birth, since inodes are used again. */
  readonly id: string;
  /** When entries last came or went, by the file system. */
  readonly changed: bigint;
  /** Content may change without an event: entries are links to elsewhere, or the file system is a remote one. */
  readonly elsewhere: boolean;
}

/** File systems whose content others change: NFS, SMB, CIFS, SMB2, 9p, FUSE, Ceph, AFS, Lustre, vboxsf. */
const REMOTE: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x00c36400, 0x5346414f, 0x0bd00bd0, 0x786f4256,
]);

/** The state of `directory` now; undefined where there is none to be read. Entries are listed only where they have
 * changed since `before`. */
export async function directoryState(
  directory: string,
  before: DirectoryState | undefined,
): Promise<DirectoryState | undefined> {
  try {
    const stats = await stat(directory, { bigint: true });
    if (!stats.isDirectory()) return undefined;
    const id = `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
    if (before?.id === id && before.changed === stats.mtimeNs) return before;
    return { id, changed: stats.mtimeNs, elsewhere: (await isRemote(directory)) || (await hasLinks(directory)) };
  } catch {
    return undefined;
  }
}

async function isRemote(directory: string): Promise<boolean> {
  return REMOTE.has((await statfs(directory)).type);
}

async function hasLinks(directory: string): Promise<boolean> {
  return (await readdir(directory, { withFileTypes: true })).some((entry) => entry.isSymbolicLink());
}
