import { freePort } from "@lighthouse-sd/test-servers";
import { expect } from "vitest";
import { type FleetHost, ReporterFleet } from "../src/reporter-fleet.js";
import { OPEN_GUARD } from "../src/reporters.js";
import { isFullRun } from "../src/seeded-random.js";
import { Site } from "../src/site.js";

/** A third is killed, a third is stopped, a third stays. */
export const SIZE: number = isFullRun ? 60 : 12;
export const THIRD: number = SIZE / 3;
/** For as many programs to start on two cores that have other work. */
export const PATIENCE_MS = 240_000;
/** Of the whole test. */
export const TEST_MS = 900_000;
/** For how long a registry keeps a node whose reporter it does not hear of, in seconds. No wait is as long as the long
 * one: what goes before it has not waited for it. */
export const KEEP = { long: 600, short: 10 } as const;

/** Reporters of the service web, and the runner of a host that uses it. */
export interface ServedFleet {
  readonly site: Site;
  readonly fleet: ReporterFleet;
  readonly killed: readonly FleetHost[];
  readonly stopped: readonly FleetHost[];
}

/** Starts the runner, and as many reporters; their nodes are kept for long, and left where they are when they stop.
 * Resolves when all serve. */
export async function servedFleet(
  plugin: "etcd" | "zookeeper",
  discovery: (keep: number) => object,
): Promise<ServedFleet> {
  const site = await Site.create();
  await site.writeConfig(`discovery/${plugin}.yaml`, discovery(KEEP.short));
  await site.writeCluster("web", { port: await freePort() }, { discovery: plugin, ...OPEN_GUARD });
  const fleet = new ReporterFleet(site, SIZE);
  await fleet.configure({ plugin, discovery: discovery(KEEP.long), withdrawOnStop: false });
  fleet.start();
  site.launch();
  await serves(site, SIZE);
  return {
    site,
    fleet,
    get killed() {
      return fleet.hosts.slice(0, THIRD);
    },
    get stopped() {
      return fleet.hosts.slice(THIRD, 2 * THIRD);
    },
  };
}

/** Waits until HAProxy has this many servers. */
export function serves(site: Site, count: number): Promise<void> {
  return site.until(
    `HAProxy to have ${count} servers`,
    async () => {
      const found = await site.servers("web");
      if (found?.length === count) return true;
      throw new Error(`it has ${found?.length}`);
    },
    PATIENCE_MS,
  );
}

/** Starts every reporter again, and waits until each has registered its node itself. */
export async function startAgain({ site, fleet }: ServedFleet): Promise<void> {
  fleet.start();
  const isBack = ({ name, process }: FleetHost): boolean => process.output().includes(`registered ${name}`);
  await site.until("every reporter to be back", () => fleet.hosts.every(isBack), PATIENCE_MS);
}

/** The runner has never seen anybody missing. */
export async function nobodyLeft({ site }: ServedFleet): Promise<void> {
  expect(site.runner.output()).not.toMatch(/ left| held/);
  expect(await site.servers("web")).toHaveLength(SIZE);
}
