import { join } from "node:path";
import { freePort } from "@lighthouse-sd/test-servers";
import { expect } from "vitest";
import type { Registry } from "./registry.js";
import { replaceFile } from "./replace-file.js";
import { type FleetHost, ReporterFleet } from "./reporter-fleet.js";
import type { ClusterStatus } from "./runner-status.js";
import { Site } from "./site.js";
import { WallClock } from "./wall-clock.js";

const SIZE = 3;
const PATIENCE_MS = 120_000;
/** For how long a registry keeps what it does not hear of, in seconds: the runner is to notice soon that it is silent,
 * its reporters are to stay while it is. */
const KEEP = { runner: 4, reporter: 50 } as const;

/** That one of four leaves is nothing, that one of three does is held. */
const GUARD = { guard: { max_removal: "30%" } } as const;

/** How the runner's log says who has left. */
const LEFT = /cluster web: [^"]*?((?:[\w.]+:\d+, )*[\w.]+:\d+) left/g;

/** A state that the status names. */
interface Named {
  readonly source: ClusterStatus["source"];
  /** Unix milliseconds before it began. */
  readonly after: number;
  readonly error: RegExp;
}

/** A runner with HAProxy, and the reporters of three hosts, on one registry that fails again and again. Every look at
 * HAProxy's servers counts. */
export class StandingFleet {
  readonly registry: Registry;
  readonly site: Site;
  readonly reporters: ReporterFleet;
  /** Of the runner and all reporters. */
  readonly clock: WallClock;
  #fewest = SIZE;
  #guest: FleetHost | undefined;
  /** How much the runner had written when the test began. */
  #written = 0;

  private constructor(registry: Registry, site: Site, clock: WallClock) {
    this.registry = registry;
    this.site = site;
    this.clock = clock;
    this.reporters = new ReporterFleet(site, SIZE);
  }

  /** Starts one; `onEnd` takes what ends it. */
  static async on(registry: Registry, onEnd: Site["onEnd"]): Promise<StandingFleet> {
    const site = await Site.create({ onEnd });
    const clock = await WallClock.at(join(site.directory.path, "clock"));
    site.env = clock.env;
    const fleet = new StandingFleet(registry, site, clock);
    await Promise.all([fleet.tellPassword("runner", "s3cret"), fleet.tellPassword("reporter", "s3cret")]);
    await site.writeConfig(`discovery/${registry.plugin}.yaml`, fleet.#discovery("runner", KEEP.runner));
    await site.writeCluster(
      "web",
      { port: await freePort(), drain: "100ms" },
      { discovery: registry.plugin, ...GUARD },
    );
    await fleet.keepReporters(KEEP.reporter);
    fleet.reporters.start();
    // The number of nodes that a runner finds first is the normal one for its guard, until another has stood for a minute.
    await fleet.registered();
    site.launch();
    await fleet.stands();
    return fleet;
  }

  /** Makes everything as it was before the first fault: the three hosts serve, and nobody else. */
  async stands(): Promise<void> {
    await this.clock.set(0);
    await this.registry.network.restore();
    if (this.#guest !== undefined) await this.reporters.leave();
    this.#guest = undefined;
    const whole = async ({ source, nodes, held }: ClusterStatus): Promise<boolean> =>
      source === "live" && nodes?.length === SIZE && held.length === 0 && (await this.#count()) === SIZE;
    await this.until("three hosts to serve", whole);
    this.#fewest = SIZE;
    this.#written = this.site.runner.output().length;
  }

  /** From now on its node is kept for so many seconds where nothing is heard of a reporter that starts. */
  keepReporters(seconds: number): Promise<void> {
    const { plugin } = this.registry;
    return this.reporters.configure({ plugin, discovery: this.#discovery("reporter", seconds), withdrawOnStop: true });
  }

  /** Writes the password file of the runner, or the one of the reporters. */
  tellPassword(role: "runner" | "reporter", password: string): Promise<void> {
    return replaceFile(this.#passwordFile(role), `${password}\n`);
  }

  /** Another host comes: its reporter is started. */
  async invite(): Promise<FleetHost> {
    this.#guest = await this.reporters.join();
    return this.#guest;
  }

  /** Waits until every reporter has registered its node in this run of its own. */
  registered(hosts: readonly FleetHost[] = this.reporters.hosts): Promise<void> {
    const isRegistered = ({ name, process }: FleetHost): boolean => process.output().includes(`registered ${name}`);
    return this.site.until("the reporters to have registered", () => hosts.every(isRegistered), PATIENCE_MS);
  }

  /** Waits until the host that has come serves beside the others, with a registry that is well; nobody has been missing
   * meanwhile. */
  async welcomes(): Promise<void> {
    const whole = async ({ source, nodes, held }: ClusterStatus): Promise<boolean> =>
      source === "live" && nodes?.length === SIZE + 1 && held.length === 0 && (await this.#count()) === SIZE + 1;
    await this.until("the new host to serve beside the three", whole);
    this.keptAll();
  }

  /** Waits for what the status says of the cluster. */
  until(what: string, condition: (found: ClusterStatus) => boolean | Promise<boolean>): Promise<void> {
    return this.site.until(
      what,
      async () => {
        this.#fewest = Math.min(this.#fewest, await this.#count());
        const found = (await this.site.status()).clusters["web"];
        if (found !== undefined && (await condition(found))) return true;
        throw new Error(`the status says ${JSON.stringify(found)}`);
      },
      PATIENCE_MS,
    );
  }

  /** Waits until the status names this state of the registry, with its reason and since when. */
  names({ source, after, error }: Named): Promise<void> {
    const isNamed = (found: ClusterStatus): boolean =>
      found.source === source && Date.parse(found.since) >= after && error.test(found.error ?? "");
    return this.until(`the registry to be ${source} since ${new Date(after).toISOString()}: ${error}`, isNamed);
  }

  /** Waits until the registry is well, as the status names it since then. */
  async isLive(after: number): Promise<void> {
    const since = `the registry to be live again since ${new Date(after).toISOString()}`;
    await this.until(since, (found) => found.source === "live" && Date.parse(found.since) >= after && !found.error);
  }

  /** Waits until the registry names nobody, and all three are held since then. */
  areHeld(after: number): Promise<void> {
    return this.until("all hosts to be held", ({ source, held }) => {
      const isSince = held.every(({ since }) => Date.parse(since) >= after);
      return source === "live" && held.length === SIZE && isSince;
    });
  }

  /** Stops the runner, which leaves HAProxy running, and starts another one. */
  async restartRunner(): Promise<void> {
    this.keptAll();
    await this.site.runner.stop();
    this.site.launch();
    this.#written = 0;
  }

  /** HAProxy has had every member at every look, and the runner has taken none of them out in between. */
  keptAll(): void {
    expect(this.#fewest).toBe(SIZE);
    const written = this.site.runner.output().slice(this.#written);
    const left = [...written.matchAll(LEFT)].map((found) => found[1]);
    const members = left.filter((names) => names !== this.#guest?.name);
    expect(members, written).toEqual([]);
  }

  #passwordFile(role: "runner" | "reporter"): string {
    return join(this.site.directory.path, "secrets", role);
  }

  #discovery(role: "runner" | "reporter", keep: number): object {
    return this.registry.discovery({ role, keep, passwordFile: this.#passwordFile(role) });
  }

  async #count(): Promise<number> {
    return (await this.site.servers("web"))?.length ?? 0;
  }
}
