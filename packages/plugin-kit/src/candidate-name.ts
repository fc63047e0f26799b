import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";

const LONGEST_BASE_BYTES = 160;
const WRITER = /^(\d+)-(\d+)-[0-9a-f]+\.lighthouse-tmp$/;

/** A new name for a candidate of the file `base`: a dotfile, so that no `include *.conf` reads it, which says whose it
 * is: `.<base>.<pid>-<the process's start>-<random>.lighthouse-tmp`. */
export function candidateName(base: string): string {
  const random = randomBytes(6).toString("hex");
  return `${prefixOf(base)}${process.pid}-${startOf(process.pid) ?? 0}-${random}.lighthouse-tmp`;
}

/** Removes candidates of the file `base` from `directory` whose writer is dead. Without the process's start in the name
 * a restarted container, in which the new process has the old one's pid, would keep them for ever. */
export async function removeLeftovers(directory: string, base: string): Promise<void> {
  const prefix = prefixOf(base);
  // A directory that cannot be listed can still be written to.
  const entries = await readdir(directory).catch(() => []);
  const leftovers = entries.filter((entry) => entry.startsWith(prefix) && isLeftover(entry.slice(prefix.length)));
  await Promise.all(leftovers.map((entry) => unlink(join(directory, entry)).catch(() => undefined)));
}

function prefixOf(base: string): string {
  const short = Buffer.byteLength(base) <= LONGEST_BASE_BYTES;
  return `.${short ? base : createHash("sha256").update(base).digest("hex")}.`;
}

function isLeftover(writer: string): boolean {
  const match = WRITER.exec(writer);
  if (match === null) return false;
  const pid = Number(match[1]);
  const start = startOf(pid);
  return start === undefined ? !isRunning(pid) : start !== match[2];
}

/** When a process started, in clock ticks since boot; undefined where /proc does not tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold anything; the start is the 22nd.
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .at(19);
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
