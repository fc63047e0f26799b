import type { Context } from "@lighthouse-sd/core";
import type { Clock } from "../clock.js";
import { DrainKeeper } from "../drains/drain-keeper.js";
import { DrainOverlay } from "../drains/drain-overlay.js";
import { drainTest } from "../drains/drains.js";
import { hostPeer } from "../host-peer.js";
import type { LogOutput } from "../logging/log-output.js";
import { shownMembers } from "../membership/shown-members.js";
import type { CallTimes } from "../plugin-calls.js";
import type { PluginFinder } from "../plugins/plugin-finder.js";
import { clusterViews, type Members } from "../sync/cluster-views.js";
import { askMembers } from "./ask-members.js";
import type { Plan } from "./plan.js";
import { planBalancer } from "./plan-balancer.js";
import { settledConfiguration } from "./settled-configuration.js";

/** What a plan is made of. */
export interface PlanPlace {
  /** The configuration directory, absolute. */
  readonly directory: string;
  /** Need not exist. */
  readonly stateDirectory: string;
  readonly plugins: PluginFinder;
  readonly log: LogOutput;
  readonly clock: Clock;
  readonly times: CallTimes;
  /** How long sources may take to answer, in milliseconds. */
  readonly limitMs: number;
}

/** What a sync of everything would change now. Touches nothing, takes no lock and writes no state. */
export async function makePlan(place: PlanPlace): Promise<Plan> {
  const { directory, stateDirectory, plugins, log, clock, times, limitMs } = place;
  const verdict = await settledConfiguration({ directory, stateDirectory, plugins, log: log.logger("config") });
  const { configuration, problems } = verdict;
  const peer = await hostPeer(configuration.runner);
  const contextFor = (kind: string, name: string): Context => {
    return { name, directory, peer, log: log.logger(`${kind} ${name}`), requestSync: () => undefined };
  };
  const drains = new DrainKeeper(stateDirectory, log.logger());
  await drains.load();
  const clusters = await askMembers({
    configuration,
    stateDirectory,
    clock,
    times,
    limitMs,
    log: log.logger(),
    drainedIn: (cluster) => drainTest(drains.of(cluster)),
    contextFor: ({ name }) => contextFor("discovery", name),
  });
  const overlay = new DrainOverlay();
  const states = new Map(clusters.map(({ name, state }) => [name, state]));
  const membersOf = (cluster: string): Members => {
    return shownMembers(cluster, states.get(cluster), overlay, drains.of(cluster));
  };
  const plans = [...configuration.balancers.values()].map(async (settings) => {
    const { name } = settings;
    const own = clusterViews([], name, configuration.clusters.values(), membersOf);
    const context = contextFor("balancer", name);
    return [name, await planBalancer({ settings, context, clusters: own, clock, times })] as const;
  });
  return { balancers: new Map(await Promise.all(plans)), clusters, problems };
}
