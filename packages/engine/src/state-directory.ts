import { createHash } from "node:crypto";
import { access, constants, mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { lockTarget, type TargetLock } from "@lighthouse-sd/plugin-kit";
import { parseDocument } from "yaml";

/** What decides where a runner keeps its state. */
export interface StatePlace {
  /** The configuration directory. */
  readonly directory: string;
  /** --state-dir */
  readonly option: string | undefined;
  /** state_dir of runner.yaml; relative to the configuration directory. */
  readonly setting: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** Where a runner keeps what outlives it: --state-dir, else state_dir of runner.yaml, else $STATE_DIRECTORY (systemd sets it for
 * the unit), each as it is; else a folder for this configuration directory in the XDG state directory. */
export function stateDirectory({ directory, option, setting, env }: StatePlace): string {
  if (option !== undefined) return resolve(option);
  if (setting !== undefined) return resolve(directory, setting);
  return unitStateDirectory(env) ?? join(defaultStateRoot(env), folderFor(directory));
}

/** The state directory that systemd has made for the unit this runs in; undefined: it runs in none, or in one without. */
export function unitStateDirectory(env: NodeJS.ProcessEnv): string | undefined {
  // Of several, with colons between, the first is the unit's main one.
  const ofUnit = env["STATE_DIRECTORY"]?.split(":")[0];
  return ofUnit === undefined || ofUnit === "" ? undefined : resolve(ofUnit);
}

/** Where the state directories are that nobody has chosen another place for. */
export function defaultStateRoot(env: NodeJS.ProcessEnv): string {
  const xdg = env["XDG_STATE_HOME"];
  return join(xdg?.startsWith("/") ? xdg : join(homedir(), ".local", "state"), "lighthouse");
}

/** `lighthouse-3f9a0c12d4e5`: told apart by the whole path, recognised by its last part. */
function folderFor(directory: string): string {
  const path = resolve(directory);
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 12);
  const name = basename(path)
    .replace(/[^A-Za-z0-9._-]/g, "_")
    .slice(0, 60);
  return `${name === "" ? "root" : name}-${hash}`;
}

/** `state_dir` of runner.yaml, read before anything else of the configuration: the texts that were accepted earlier are
 * kept there. A file that does not parse as a whole is read as far as it goes. */
export async function stateDirectorySetting(directory: string): Promise<string | undefined> {
  for (const name of ["runner.yaml", "runner.yml"]) {
    const text = await readFile(join(directory, name), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const value: unknown = parseDocument(text, { logLevel: "silent" }).get("state_dir");
    return typeof value === "string" && value !== "" ? value : undefined;
  }
  return undefined;
}

/** Makes the directory, for its owner alone; one that is there already stays as it is. Rejects where it cannot be used. */
export async function makeStateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      `cannot use the state directory ${path}: ${code ?? message}; give another one with --state-dir or state_dir in runner.yaml`,
      { cause: error },
    );
  }
}

/** Makes this process the only runner of its role on this state directory; rejects, naming the other one. */
export async function lockStateDirectory(path: string, role: string, directory: string): Promise<TargetLock> {
  try {
    return await lockTarget(join(path, `${role}.lock`), { name: role, directory: resolve(directory) });
  } catch (error) {
    const { code, holder } = error as { code?: unknown; holder?: { directory: string; pid: number } };
    if (code !== "LIGHTHOUSE_LOCKED") throw error;
    const other = holder === undefined ? "" : ` (process ${holder.pid}, on ${holder.directory})`;
    throw new Error(
      `another runner${other} has the role ${role} on the state directory ${path}: stop it, or give this one another directory with --state-dir`,
      { cause: error },
    );
  }
}
