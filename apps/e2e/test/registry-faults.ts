import { requireServer } from "@lighthouse-sd/test-servers";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import type { Registry } from "../src/registry.js";
import { StandingFleet } from "../src/standing-fleet.js";

const DAY_MS = 86_400_000;
/** Of one test; each wait in it has its own limit. */
const TEST_MS = 400_000;

/** One registry, and one fleet on it, for all tests of a file. */
export interface Faulty<R extends Registry> {
  readonly registry: R;
  readonly fleet: StandingFleet;
}

/** Tests what becomes of HAProxy's members in the faults that any registry can have, and in those that only this one has;
 * all is whole again before each. */
export function testFaults<R extends Registry>(
  plugin: R["plugin"],
  start: () => Promise<R>,
  testItsOwn: (faulty: () => Faulty<R>) => void,
): void {
  const isThere = requireServer("haproxy") && requireServer(plugin);
  describe.skipIf(!isThere)(`where ${plugin} fails, HAProxy keeps every member`, { timeout: TEST_MS }, () => {
    const ends: (() => Promise<void>)[] = [];
    let running: Faulty<R> | undefined;
    const faulty = (): Faulty<R> => {
      if (running === undefined) throw new Error(`${plugin} has not been started`);
      return running;
    };
    beforeAll(async () => {
      const registry = await start();
      ends.push(() => registry.stop());
      running = { registry, fleet: await StandingFleet.on(registry, (end) => void ends.push(end)) };
    }, TEST_MS);
    beforeEach(() => running?.fleet.stands(), TEST_MS);
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    }, TEST_MS);

    testNetwork(faulty);
    testClocks(faulty);
    testItsOwn(faulty);
    testDisk(faulty);
    testServers(faulty);
    testExpiry(faulty);
    testEmpty(faulty);
  });
}

function testNetwork(faulty: () => Faulty<Registry>): void {
  it("cut off from the runner in silence, then refusing it: named, and who comes meanwhile is there after it", async () => {
    const { fleet, registry } = faulty();
    const silent = Date.now();
    registry.network.hang();
    await fleet.invite();
    await fleet.names({ source: "lost", after: silent, error: /no answer|did not|not answered/ });
    const passes = Date.now();
    await registry.network.restore();
    await fleet.isLive(passes);
    await fleet.welcomes();

    const refusing = Date.now();
    registry.network.cut();
    await fleet.names({ source: "lost", after: refusing, error: /ECONNREFUSED/ });
    const accepting = Date.now();
    await registry.network.restore();
    await fleet.isLive(accepting);
    await fleet.welcomes();
  });

  it("cut off from the runner for a moment: who comes is there", async () => {
    const { fleet, registry } = faulty();
    registry.network.drop();
    await fleet.invite();
    await fleet.welcomes();
  });
}

function testClocks(faulty: () => Faulty<Registry>): void {
  it("and the clocks of all hosts jump, a day ahead and a week back: named by the clock that is, nobody expires", async () => {
    const { fleet, registry } = faulty();
    await fleet.clock.set(DAY_MS);
    const tomorrow = fleet.clock.now();
    registry.network.cut();
    await fleet.names({ source: "lost", after: tomorrow, error: /ECONNREFUSED/ });
    await fleet.clock.set(-7 * DAY_MS);
    const lastWeek = fleet.clock.now();
    await registry.network.restore();
    await fleet.until("the registry to be live since last week", ({ source, since }) => {
      return source === "live" && Date.parse(since) >= lastWeek && Date.parse(since) < tomorrow - DAY_MS;
    });
    await fleet.invite();
    await fleet.welcomes();
  });
}

function testDisk(faulty: () => Faulty<Registry>): void {
  it("because the disk of its leader is full: another one leads, and who comes is there", async () => {
    const { fleet, registry } = faulty();
    const leader = await registry.leader();
    leader.fillDisk();
    await fleet.invite();
    await fleet.welcomes();
    await fleet.site.until("another server to lead", async () => (await registry.leader()) !== leader, TEST_MS);
    await leader.kill();
    await leader.start();
    await leader.serves();
  });
}

function testServers(faulty: () => Faulty<Registry>): void {
  it("hung: named, and who comes meanwhile is there when it goes on", async () => {
    const { fleet, registry } = faulty();
    const hung = Date.now();
    for (const server of registry.servers) server.pause();
    await fleet.names({ source: "lost", after: hung, error: /no answer|did not|not answered/ });
    await fleet.invite();
    const back = Date.now();
    for (const server of registry.servers) server.resume();
    await fleet.isLive(back);
    await fleet.welcomes();
  });

  it("killed, and down at the runner's start: named, and who comes meanwhile is there when it is started", async () => {
    const { fleet, registry } = faulty();
    const killed = Date.now();
    await Promise.all(registry.servers.map((server) => server.kill()));
    await fleet.names({ source: "lost", after: killed, error: /ECONNREFUSED|closed|reset/i });
    const restarted = Date.now();
    await fleet.restartRunner();
    await fleet.names({ source: "snapshot", after: restarted, error: /./ });
    await fleet.invite();
    const back = Date.now();
    await Promise.all(registry.servers.map((server) => server.start()));
    await fleet.isLive(back);
    await fleet.welcomes();
  });
}

function testExpiry(faulty: () => Faulty<Registry>): void {
  it("to hear of any reporter for too long: all are held, named with since when, until they are heard of", async () => {
    const { fleet } = faulty();
    await fleet.keepReporters(5);
    await fleet.reporters.signal("SIGKILL");
    fleet.reporters.start();
    await fleet.registered();
    await fleet.until("all to be live", ({ source, held }) => source === "live" && held.length === 0);
    const silent = Date.now();
    for (const { process } of fleet.reporters.hosts) process.kill("SIGSTOP");
    await fleet.areHeld(silent);
    for (const { process } of fleet.reporters.hosts) process.kill("SIGCONT");
    await fleet.invite();
    await fleet.welcomes();
  });
}

function testEmpty(faulty: () => Faulty<Registry>): void {
  it("and is empty when it is back, with nobody to register again: all are held until their reporters are back", async () => {
    const { fleet, registry } = faulty();
    await Promise.all(registry.servers.map((server) => server.kill()));
    await fleet.reporters.signal("SIGKILL");
    const empty = Date.now();
    await registry.restartEmpty();
    await fleet.areHeld(empty);
    fleet.keptAll();
    fleet.reporters.start();
    await fleet.invite();
    await fleet.welcomes();
  });
}
