import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { errorText } from "../error-text.js";

/** The ports of services whose nodes a reporter has left registered at its stop. */
export type LeftPorts = ReadonlyMap<string, ReadonlySet<number>>;

/** How long after a stop what was left is gone on with, in milliseconds. */
const WITHIN_MS = 5 * 60_000;
const FILE = "left-registered.json";

/** Notes at a stop which nodes were left registered, at `now` (Unix milliseconds). Where that cannot be written, the next
 * start checks each service as one that it has never seen. */
export async function noteLeft(stateDirectory: string, left: LeftPorts, now: number, log: Logger): Promise<void> {
  const path = join(stateDirectory, FILE);
  const services = [...left].map(([name, ports]) => ({ name, ports: [...ports] }));
  const text = `${JSON.stringify({ format: 1, at: new Date(now).toISOString(), services }, null, 2)}\n`;
  await writeFileAtomic(path, text, { mode: 0o600 }).catch((error: unknown) => {
    log.warn(`which services were left registered cannot be noted in ${path}: ${errorText(error)}`);
  });
}

/** What was left a moment before `now` (Unix milliseconds), told once: who is killed later has left nothing on purpose. */
export async function takeLeft(stateDirectory: string, now: number, log: Logger): Promise<LeftPorts> {
  const path = join(stateDirectory, FILE);
  try {
    const left = parseLeft(await readFile(path, "utf8"), now);
    await rm(path, { force: true });
    return left;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      log.warn(`what ${path} says of services that were left registered cannot be used: ${errorText(error)}`);
    }
    return new Map();
  }
}

function parseLeft(text: string, now: number): LeftPorts {
  const { format, at, services } = JSON.parse(text) as Record<string, unknown>;
  if (format !== 1 || typeof at !== "string" || !Array.isArray(services)) throw new Error("it has another format");
  const age = now - Date.parse(at);
  if (!(age >= 0 && age <= WITHIN_MS)) return new Map();
  return new Map(
    services.map(({ name, ports }: { readonly name: string; readonly ports: readonly number[] }) => [
      name,
      new Set(ports),
    ]),
  );
}
