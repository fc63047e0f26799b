import type { ProgramResult } from "@lighthouse-sd/plugin-kit";
import { isNodeName } from "../nodes/node-name.js";
import { parseObject } from "./parse-cluster-status.js";

/** Which queue. Both names are as clients have chosen them. */
export interface QueueId {
  readonly name: string;
  readonly virtualHost: string;
}

/** Where a quorum queue has replicas, and which of them run. */
export interface Replicas {
  readonly members: readonly string[];
  readonly online: readonly string[];
}

const CHECK_FAILED = 69;

/** The queues that RabbitMQ's check `quorum critical` names in its JSON; undefined: it is no such answer. */
export function parseCritical(text: string): readonly QueueId[] | undefined {
  const queues = parseObject(text)?.["queues"];
  if (!Array.isArray(queues)) return undefined;
  const found = (queues as readonly unknown[]).map(queueId);
  return found.every((queue) => queue !== undefined) ? found : undefined;
}

/** The same of the command's end. A broker that cannot be reached ends it with the same code, and without a list. */
export function readCritical({ code, stderr }: ProgramResult): readonly QueueId[] | undefined {
  if (code === 0) return [];
  return code === CHECK_FAILED ? parseCritical(stderr) : undefined;
}

/** The quorum queues among what `rabbitmqctl list_queues name members online --formatter json` says, by name; undefined:
 * it cannot be read. */
export function parseReplicas(text: string): ReadonlyMap<string, Replicas> | undefined {
  let rows: unknown;
  try {
    rows = JSON.parse(text.slice(Math.max(0, text.indexOf("["))));
  } catch {
    return undefined;
  }
  if (!Array.isArray(rows)) return undefined;
  const found = new Map<string, Replicas>();
  for (const row of rows as readonly unknown[]) {
    const { name, members, online } = (row ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof name === "string" && areNodes(members) && areNodes(online)) found.set(name, { members, online });
  }
  return found;
}

function queueId(value: unknown): QueueId | undefined {
  const { name, virtual_host: virtualHost } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof name === "string" && typeof virtualHost === "string" ? { name, virtualHost } : undefined;
}

function areNodes(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isNodeName);
}
