import { eachLimited } from "@lighthouse-sd/plugin-kit";
import type { Broker } from "../broker/broker.js";
import { type Answer, type ClusterView, unknown } from "../broker/cluster-view.js";
import type { AbsentEvidence } from "./forget-guards.js";
import { findShortQueues } from "./gather-short-queues.js";
import { type BrokerPlace, probeBroker } from "./probe-broker.js";

const AT_ONCE = 2;
const PROBE_MS = 3000;

/** Whom to ask about a member that is absent. */
export type AbsentPlace = BrokerPlace & Pick<AbsentEvidence, "self" | "own">;

/** What others say of it. */
export type Hearsay = Pick<AbsentEvidence, "views" | "probe" | "shortQueues">;

/** Asks every running member, and the network, about a member that is absent. Changes nothing. */
export async function askAbout(broker: Broker, place: AbsentPlace, signal: AbortSignal): Promise<Hearsay> {
  const views = new Map<string, Answer<ClusterView>>();
  const others = place.own.running.filter((member) => member !== place.self);
  await eachLimited(AT_ONCE, others, async (member) => {
    views.set(member, await broker.viewOf(member, signal));
  });
  const probe = await probeBroker(place, { signal, timeoutMs: PROBE_MS });
  // Whoever does not say who runs has nothing to say of queues, and would cost another wait.
  const allAnswer = [...views.values()].every(({ known }) => known);
  const shortQueues = allAnswer
    ? await findShortQueues(broker, place.own.running, signal)
    : unknown("not every running member answers");
  return { views, probe, shortQueues };
}
