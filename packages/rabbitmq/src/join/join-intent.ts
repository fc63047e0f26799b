import { mkdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { isNodeName } from "../nodes/node-name.js";

/** A join that was begun: it stands on disk from before RabbitMQ is stopped until it runs again, so that the next start
 * knows who stopped it. */
export interface JoinIntent {
  readonly node: string;
  readonly target: string;
}

/** In a folder of its own: RabbitMQ may be told to read every file of the one that the fragment is in. */
function intentFile(configFile: string): string {
  return join(dirname(configFile), ".lighthouse", `${basename(configFile)}.join`);
}

/** The join that was begun and not ended; null: none. A file that is not ours says nothing. */
export async function readIntent(configFile: string): Promise<JoinIntent | null> {
  try {
    const value = JSON.parse(await readFile(intentFile(configFile), "utf8")) as Partial<JoinIntent> | null;
    const { node, target } = value ?? {};
    return isNodeName(node) && isNodeName(target) ? { node, target } : null;
  } catch {
    return null;
  }
}

/** On disk when it resolves. */
export async function writeIntent(configFile: string, intent: JoinIntent): Promise<void> {
  await mkdir(dirname(intentFile(configFile)), { recursive: true });
  await writeFileAtomic(intentFile(configFile), `${JSON.stringify(intent)}\n`, { mode: 0o600 });
}

/** It is ended. Safe twice. */
export async function removeIntent(configFile: string): Promise<void> {
  await rm(intentFile(configFile), { force: true });
}
