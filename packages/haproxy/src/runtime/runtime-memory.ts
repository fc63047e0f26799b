import { readFile, rename, rm, writeFile } from "node:fs/promises";

/** Servers that we took out of rotation for a time. Kept on disk: a runner that starts anew must not take them for ones
 * that a person took out. */
export interface OutOfRotation {
  readonly joining: readonly string[];
  readonly leaving: readonly string[];
}

/** Where they are kept. */
function runtimeFile(configFile: string): string {
  return `${configFile}.runtime.json`;
}

/** Reads them back; a file that is missing or not ours says nothing. */
export async function readOutOfRotation(configFile: string): Promise<OutOfRotation> {
  const nobody: OutOfRotation = { joining: [], leaving: [] };
  try {
    const value = JSON.parse(await readFile(runtimeFile(configFile), "utf8")) as Partial<OutOfRotation> | null;
    return { joining: namesIn(value?.joining), leaving: namesIn(value?.leaving) };
  } catch {
    return nobody;
  }
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

/** Keeps them; where there are none, no file stands. Replaced whole, but not forced to disk: a member that leaves waits
 * for this, and a machine that stops takes HAProxy, whose servers these are, along. */
export async function writeOutOfRotation(configFile: string, servers: OutOfRotation): Promise<void> {
  const path = runtimeFile(configFile);
  if (servers.joining.length === 0 && servers.leaving.length === 0) return rm(path, { force: true });
  await writeFile(`${path}.new`, `${JSON.stringify(servers)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
