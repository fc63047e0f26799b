import { eachLimited } from "@lighthouse-sd/plugin-kit";
import type { Broker } from "../broker/broker.js";
import type { Answer, ClusterView } from "../broker/cluster-view.js";
import type { AbsentEvidence } from "./forget-guards.js";
import { type BrokerPlace, probeBroker } from "./probe-broker.js";

const AT_ONCE = 2;
const PROBE_MS = 3000;

/** Whom to ask about a member that is absent. */
export type AbsentPlace = BrokerPlace & Pick<AbsentEvidence, "self" | "own">;

/** What others say of it. */
export type Hearsay = Pick<AbsentEvidence, "views" | "probe">;

/** Asks every running member, and the network, about a member that is absent. Changes nothing. */
export async function askAbout(broker: Broker, place: AbsentPlace, signal: AbortSignal): Promise<Hearsay> {
  const views = new Map<string, Answer<ClusterView>>();
  const others = place.own.running.filter((member) => member !== place.self);
  await eachLimited(AT_ONCE, others, async (member) => {
    views.set(member, await broker.viewOf(member, signal));
  });
  return { views, probe: await probeBroker(place, { signal, timeoutMs: PROBE_MS }) };
}
