import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A directory for one test. */
export interface TempDirectory {
  /** Its real path. Kept short: the path of a unix socket below it may have 107 bytes. */
  readonly path: string;
  /** Removes it with all that is in it; servers that use it must have ended. Safe twice. */
  remove(): Promise<void>;
}

let reaper: ChildProcess | undefined;

/** Makes a directory of its own. Should this process end without having removed it, even by kill -9, every process that
 * was started with a path below it is killed and it is removed then. */
export async function tempDirectory(prefix = "lh"): Promise<TempDirectory> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `${prefix}-`)));
  tellReaper(path);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      tellReaper(`-${path}`);
    },
  };
}

function tellReaper(line: string): void {
  if (reaper === undefined || reaper.exitCode !== null) {
    const script = fileURLToPath(new URL("../bin/reaper.mjs", import.meta.url));
    // Detached: a Ctrl-C in the terminal must not end it together with the tests.
    reaper = spawn(process.execPath, [script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    reaper.unref();
    // A pipe to a child is a socket underneath, and would keep this process running.
    (reaper.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }
  reaper.stdin?.write(`${line}\n`);
}
