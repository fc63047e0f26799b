import { eachLimited } from "@lighthouse-sd/plugin-kit";
import type { Broker } from "../broker/broker.js";
import { type Answer, unknown } from "../broker/cluster-view.js";
import type { QueueId } from "../broker/quorum-queues.js";
import type { ShortQueue } from "./forget-guards.js";

const AT_ONCE = 2;
/** Each costs a command. */
const MOST_VIRTUAL_HOSTS = 10;

/** The quorum queues with no replica to spare, as every running member finds them, with where they have replicas. Changes
 * nothing. */
export async function findShortQueues(
  broker: Broker,
  running: readonly string[],
  signal: AbortSignal,
): Promise<Answer<readonly ShortQueue[]>> {
  const found = new Map<string, QueueId>();
  const failures: string[] = [];
  await eachLimited(AT_ONCE, running, async (member) => {
    const answer = await broker.criticalQueues(member, signal);
    if (!answer.known) failures.push(answer.reason);
    else for (const queue of answer.value) found.set(JSON.stringify([queue.virtualHost, queue.name]), queue);
  });
  const hosts = new Set([...found.values()].map(({ virtualHost }) => virtualHost));
  if (failures[0] !== undefined) return unknown(failures[0]);
  if (hosts.size > MOST_VIRTUAL_HOSTS) return unknown(`there are such queues in ${hosts.size} virtual hosts`);
  const queues: ShortQueue[] = [];
  for (const host of hosts) {
    const replicas = await broker.replicas(host, signal);
    if (!replicas.known) return replicas;
    for (const { name, virtualHost } of found.values()) {
      if (virtualHost === host) queues.push({ name, virtualHost, replicas: replicas.value.get(name) ?? null });
    }
  }
  return { known: true, value: queues };
}
