import type { Node } from "@lighthouse-sd/core";
import { describe, expect, it, test } from "vitest";
import { type FakeRegistry, fakeRegistry } from "./support/fake-registry.js";
import { checks, HERE, ReporterHouse, serviceSettings } from "./support/reporter-house.js";
import { type Performed, scriptedCheck } from "./support/scripted-check.js";

const WEB = "web/app:80";

/** Keeps reports from ending until the returned function is called. */
function holdEnds(registry: FakeRegistry): () => void {
  let release: () => void = () => undefined;
  registry.ending = new Promise((resolve) => {
    release = resolve;
  });
  return release;
}

describe("what is registered", () => {
  it("is the node of a service without checks, at once, as Lighthouse 1.0.0 reports it", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web", { metadata: { az: "a" } })]);
    const expected: Node = {
      name: "app:80",
      host: "app",
      ip: "10.0.0.5",
      port: 80,
      peer: HERE.peer,
      metadata: { az: "a" },
    };
    expect(house.registry.nodes.get(WEB)).toEqual(expected);
    expect(house.port()).toMatchObject({ verdict: { state: "up" }, registration: { status: "registered" } });
    await house.stop();
  });

  it("is one node for each port, each by its own checks", async () => {
    const house = new ReporterHouse();
    const http = scriptedCheck(({ target }) => target.port === 80);
    await house.apply([serviceSettings("web", { ports: [80, 81], checks: checks({ http }) })]);
    await house.clock.advance(5000);
    expect(house.registered()).toEqual([WEB]);
    expect(house.port("web", 81)).toMatchObject({ verdict: { state: "down", reason: "check http: it said no" } });
    await house.stop();
  });

  it("is nothing while this host has no address, and follows the address", async () => {
    const house = new ReporterHouse();
    house.address = undefined;
    await house.apply([serviceSettings("web")]);
    expect(house.registered()).toEqual([]);
    house.address = HERE;
    house.reporter.refresh();
    await house.clock.advance(0);
    expect(house.registered()).toEqual([WEB]);
    house.address = { ...HERE, peer: { ...HERE.peer, ip: "10.0.0.6" } };
    house.reporter.refresh();
    await house.clock.advance(0);
    expect(house.registry.nodes.get(WEB)?.ip).toBe("10.0.0.6");
    expect(house.registry.events).toEqual([`put ${WEB}`, `put ${WEB}`]);
    await house.stop();
  });

  it("is marked while an operator has the service drained", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web", { metadata: { az: "a" } })]);
    house.drains = new Map([["web", 5]]);
    house.reporter.refresh();
    await house.clock.advance(0);
    expect(house.registry.nodes.get(WEB)?.metadata).toEqual({ az: "a", drain: true });
    expect(house.reporter.states()[0]?.drainedSince).toBe(5);
    house.drains = new Map();
    house.reporter.refresh();
    await house.clock.advance(0);
    expect(house.registry.nodes.get(WEB)?.metadata).toEqual({ az: "a" });
    expect(house.registry.events.filter((event) => event.startsWith("delete"))).toEqual([]);
    await house.stop();
  });
});

describe("rise and fall", () => {
  it("takes as many passes in a row as `rise`, and as many failures as `fall`", async () => {
    let passes = true;
    const http = scriptedCheck(() => passes);
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web", { checks: checks({ http }) })]);
    await house.clock.advance(600);
    expect(http.performed).toHaveLength(1);
    expect(house.registered()).toEqual([]);
    await house.clock.advance(1000);
    expect(http.performed).toHaveLength(2);
    expect(house.registered()).toEqual([WEB]);
    passes = false;
    await house.clock.advance(2000);
    expect(house.registered()).toEqual([WEB]);
    await house.clock.advance(1000);
    expect(house.registered()).toEqual([]);
    expect(house.log.saying("port 80")).toEqual([
      "info port 80 is up",
      "warn port 80: check http failed (1 of 3 in a row that take it down): it said no",
      "warn port 80 is down: check http: it said no",
    ]);
    await house.stop();
  });

  it("begins to count anew when the row is broken", async () => {
    const answers = [true, false, true, false, true, true];
    const http = scriptedCheck(() => answers.shift() ?? true);
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web", { checks: checks({ http }) })]);
    await house.clock.advance(4900);
    expect(house.registered()).toEqual([]);
    await house.clock.advance(1000);
    expect(house.registered()).toEqual([WEB]);
    await house.stop();
  });

  it("takes every check to be up, and one to be down", async () => {
    const [http, tcp] = [scriptedCheck(() => true), scriptedCheck(() => false)];
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web", { checks: checks({ http, tcp }) })]);
    await house.clock.advance(5000);
    expect(house.port().verdict).toMatchObject({ state: "down", reason: "check tcp: it said no" });
    tcp.script = () => true;
    await house.clock.advance(3000);
    expect(house.registered()).toEqual([WEB]);
    await house.stop();
  });
});

describe("a check that does not pass", () => {
  test.each<[string, (call: Performed) => unknown, string]>([
    ["says no", () => false, "it said no"],
    ["rejects", () => new Error("connection refused"), "connection refused"],
    ["gives no boolean", () => "yes", "it must answer true or false, it answered string"],
    ["gives no answer in time", () => undefined, "it gave no answer within 0.5 s"],
    [
      "passes after its deadline",
      ({ signal, answer }) => void signal.addEventListener("abort", () => answer(true)),
      "it gave no answer within 0.5 s",
    ],
    [
      "says so after its deadline",
      ({ signal, fail }) => void signal.addEventListener("abort", () => fail(new Error("aborted"))),
      "it gave no answer within 0.5 s",
    ],
  ])("%s", async (_what, script, reason) => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web", { checks: checks({ http: scriptedCheck(script) }, { fall: 1 }) })]);
    await house.clock.advance(1500);
    expect(house.port().verdict).toMatchObject({ state: "down", reason: `check http: ${reason}` });
    const stopped = house.reporter.stop();
    await house.clock.advance(10_000);
    await stopped;
  });

  it("is told at its deadline to let go", async () => {
    const house = new ReporterHouse();
    const http = scriptedCheck(() => undefined);
    await house.apply([serviceSettings("web", { checks: checks({ http }) })]);
    await house.clock.advance(700);
    expect(http.performed[0]?.signal.aborted).toBe(false);
    await house.clock.advance(100);
    expect(http.performed[0]?.signal.aborted).toBe(true);
    http.performed[0]?.answer(true);
    await house.stop();
  });

  it("and ignores its abort goes on failing, is reported, and is never run beside itself", async () => {
    const house = new ReporterHouse();
    const stuck = scriptedCheck(() => undefined);
    const well = scriptedCheck(() => true);
    await house.apply([
      serviceSettings("web", { checks: checks({ stuck }) }),
      serviceSettings("api", { ports: [81], checks: checks({ well }) }),
    ]);
    await house.clock.advance(20_000);
    expect(stuck.performed).toHaveLength(1);
    expect(house.port().verdict.state).toBe("down");
    expect(house.port().checks.get("stuck")?.last?.reason).toBe("its last run does not end");
    expect(house.log.saying("does not end although its signal has aborted")).toHaveLength(1);
    expect(well.performed.length).toBeGreaterThan(15);
    expect(house.registered()).toEqual(["api/app:81"]);
    stuck.script = () => true;
    stuck.performed[0]?.answer(true);
    await house.clock.advance(4000);
    expect(house.registered()).toEqual(["api/app:81", WEB]);
    expect([stuck.mostAtOnce, well.mostAtOnce]).toEqual([1, 1]);
    await house.stop();
  });

  it("and cannot be used says why, and is used once it can", async () => {
    const house = new ReporterHouse();
    const http = scriptedCheck(() => true);
    http.onDependencies = async () => {
      throw new Error("curl is not installed");
    };
    await house.apply([serviceSettings("web", { checks: checks({ http }, { fall: 1 }) })]);
    await house.clock.advance(1000);
    expect(house.port().verdict).toMatchObject({
      state: "down",
      reason: "check http: it cannot be used: its dependencies are not met: curl is not installed",
    });
    http.onDependencies = async () => true;
    await house.clock.advance(5000);
    expect(house.registered()).toEqual([WEB]);
    await house.stop();
  });
});

describe("a change at run time", () => {
  it("of metadata replaces the registration without a moment of absence", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web"), serviceSettings("api", { ports: [81] })]);
    await house.apply([serviceSettings("web", { metadata: { weight: 5 } }), serviceSettings("api", { ports: [81] })]);
    expect(house.registry.nodes.get(WEB)?.metadata).toEqual({ weight: 5 });
    expect(house.registry.events).toEqual([`put ${WEB}`, "put api/app:81", `put ${WEB}`]);
    expect(house.registry.mostAtOnce).toBe(1);
    await house.stop();
  });

  it("of a check keeps the verdict until the new one has decided", async () => {
    const house = new ReporterHouse();
    const [http, tcp] = [scriptedCheck(() => true), scriptedCheck(() => true)];
    await house.apply([serviceSettings("web", { checks: checks({ http, tcp }) })]);
    await house.clock.advance(2000);
    const before = tcp.performed.length;
    const changed = new Map([...checks({ http }, { config: { uri: "/new" } }), ...checks({ tcp })]);
    await house.apply([serviceSettings("web", { checks: changed })]);
    expect(http.stopped).toBe(1);
    expect(house.port().checks.get("http")).toMatchObject({ passing: true, last: null });
    await house.clock.advance(1000);
    expect(http.performed.at(-1)?.config).toEqual({ uri: "/new" });
    expect(tcp.stopped).toBe(0);
    expect(tcp.performed.length).toBe(before + 1);
    expect(house.registry.events).toEqual([`put ${WEB}`]);
    http.script = () => false;
    await house.clock.advance(3000);
    expect(house.registered()).toEqual([]);
    await house.stop();
  });

  it("that adds a check keeps the verdict until that check has decided", async () => {
    const house = new ReporterHouse();
    const [http, tcp] = [scriptedCheck(() => true), scriptedCheck(() => false)];
    await house.apply([serviceSettings("web", { checks: checks({ http }) })]);
    await house.clock.advance(2000);
    await house.apply([serviceSettings("web", { checks: checks({ http, tcp }) })]);
    await house.clock.advance(2000);
    expect(house.registered()).toEqual([WEB]);
    await house.clock.advance(2000);
    expect(house.registered()).toEqual([]);
    await house.stop();
  });

  it("that takes a port away and brings it back waits for its withdrawal", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web", { ports: [80, 81] })]);
    const release = holdEnds(house.registry);
    await house.apply([serviceSettings("web", { ports: [81] })]);
    await house.apply([serviceSettings("web", { ports: [80, 81] })]);
    expect(house.registry.reports).toHaveLength(2);
    release();
    await house.clock.advance(0);
    expect(house.registered().toSorted()).toEqual([WEB, "web/app:81"]);
    expect(house.registry.mostAtOnce).toBe(1);
    await house.stop();
  });

  it("that removes a service or a port withdraws it, and one that comes back waits for that", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web", { ports: [80, 81] })]);
    const release = holdEnds(house.registry);
    await house.apply([serviceSettings("web", { ports: [81] })]);
    await house.apply([]);
    await house.apply([serviceSettings("web", { ports: [80, 81] })]);
    expect(house.registry.events).toHaveLength(2);
    release();
    await house.clock.advance(0);
    expect(house.registered().toSorted()).toEqual([WEB, "web/app:81"]);
    expect(house.registry.mostAtOnce).toBe(1);
    await house.stop();
    expect(house.registered()).toEqual([]);
  });

  it("of the discovery's settings takes the node over before the old one lets go", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web")]);
    await house.apply([serviceSettings("web")], { config: { password: "new" } });
    await house.clock.advance(1000);
    expect(house.registry.events).toEqual([`put ${WEB}`, `put ${WEB}`]);
    expect(house.registry.stopped).toBe(1);
    await house.stop();
    expect(house.registered()).toEqual([]);
  });

  it("of the registry withdraws from the old one once the new one has it, and not before", async () => {
    const house = new ReporterHouse();
    const other = fakeRegistry();
    other.answers = false;
    await house.apply([serviceSettings("web")]);
    await house.apply([serviceSettings("web")], { plugin: other.plugin });
    await house.clock.advance(10_000);
    expect([house.registered(), [...other.nodes.keys()]]).toEqual([[WEB], []]);
    expect(house.port().registration).toMatchObject({ status: "lost", error: "the registry does not answer" });
    other.restore();
    await house.clock.advance(0);
    expect([house.registered(), [...other.nodes.keys()]]).toEqual([[], [WEB]]);
    await house.stop();
    expect([...other.nodes.keys()]).toEqual([]);
  });

  it("of the registry lets the old one's instance go after its last report is over", async () => {
    const house = new ReporterHouse();
    const other = fakeRegistry();
    await house.apply([serviceSettings("web")]);
    const release = holdEnds(house.registry);
    await house.apply([serviceSettings("web")], { plugin: other.plugin });
    expect([...other.nodes.keys()]).toEqual([WEB]);
    expect(house.registry.stopped).toBe(0);
    release();
    await house.clock.advance(0);
    expect([house.registered(), house.registry.stopped]).toEqual([[], 1]);
    await house.stop();
  });

  it("of the host's name and back, within the withdrawal, never reports one name twice at once", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web")]);
    const release = holdEnds(house.registry);
    for (const host of ["other", "app"]) {
      house.address = { ...HERE, host };
      house.reporter.refresh();
      await house.clock.advance(0);
    }
    expect(house.registered()).toEqual([WEB, "web/other:80"]);
    release();
    await house.clock.advance(0);
    expect(house.registered()).toEqual([WEB]);
    expect(house.registry.mostAtOnce).toBe(1);
    await house.stop();
  });

  it("back and forth within a withdrawal ends as the last one says", async () => {
    const house = new ReporterHouse();
    let passes = true;
    const http = scriptedCheck(() => passes);
    const settings = serviceSettings("web", { checks: checks({ http }, { rise: 1, fall: 1 }) });
    await house.apply([settings]);
    await house.clock.advance(500);
    const release = holdEnds(house.registry);
    passes = false;
    await house.clock.advance(1000);
    passes = true;
    await house.clock.advance(1000);
    expect(house.registry.events).toEqual([`put ${WEB}`]);
    release();
    await house.clock.advance(0);
    expect(house.registry.events).toEqual([`put ${WEB}`, `delete ${WEB}`, `put ${WEB}`]);
    expect(house.registry.mostAtOnce).toBe(1);
    await house.stop();
  });

  it("to down in the middle of a replacement withdraws what the one before has left", async () => {
    const house = new ReporterHouse();
    let passes = true;
    const http = scriptedCheck(() => passes);
    const settings = serviceSettings("web", { checks: checks({ http }, { rise: 1, fall: 1 }) });
    await house.apply([settings]);
    await house.clock.advance(500);
    const release = holdEnds(house.registry);
    await house.apply([{ ...settings, metadata: { weight: 1 } }]);
    passes = false;
    await house.clock.advance(1500);
    expect(house.port().verdict.state).toBe("down");
    release();
    await house.clock.advance(2000);
    expect(house.registered()).toEqual([]);
    expect(house.port().registration.status).toBe("none");
    expect(house.registry.mostAtOnce).toBe(1);
    await house.stop();
  });
});

describe("the registry", () => {
  it("may be down at the start: the node is registered when it comes back", async () => {
    const house = new ReporterHouse();
    house.registry.answers = false;
    await house.apply([serviceSettings("web")]);
    await house.clock.advance(60_000);
    expect(house.port().registration).toMatchObject({ status: "lost", error: "the registry does not answer" });
    expect(house.log.saying("cannot register")).toEqual([
      "error cannot register app:80 with source now: the registry does not answer; trying again",
    ]);
    house.registry.restore();
    expect(house.registered()).toEqual([WEB]);
    expect(house.port().registration.status).toBe("registered");
    await house.stop();
  });

  it("may refuse a report: it is started again with back-off", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web")]);
    house.registry.reports[0]?.fail(new Error("session gone"));
    await house.clock.advance(100);
    expect(house.port().registration).toMatchObject({ status: "lost", error: "session gone" });
    await house.clock.advance(1000);
    expect(house.registry.reports).toHaveLength(2);
    expect(house.port().registration.status).toBe("registered");
    await house.stop();
  });

  it("may not be usable yet: it is tried again, and says why until then", async () => {
    const house = new ReporterHouse();
    house.registry.onDependencies = async () => false;
    await house.apply([serviceSettings("web")]);
    expect(house.port().registration.error).toBe("its dependencies are not met (without saying which)");
    house.registry.onDependencies = async () => true;
    await house.clock.advance(2000);
    expect(house.registered()).toEqual([WEB]);
    await house.stop();
  });
});

describe("a stop", () => {
  it("withdraws everything and lets go of every instance", async () => {
    const house = new ReporterHouse();
    const http = scriptedCheck(() => true);
    await house.apply([serviceSettings("web"), serviceSettings("api", { ports: [81], checks: checks({ http }) })]);
    await house.clock.advance(2000);
    expect(house.registered()).toHaveLength(2);
    expect(await house.stop()).toEqual(new Map());
    expect(house.registered()).toEqual([]);
    expect([http.stopped, house.registry.stopped]).toEqual([1, 1]);
    expect(house.clock.waiting()).toBe(0);
  });

  it("leaves what its file says, and the next start goes on with it after one pass", async () => {
    const http = scriptedCheck(() => true);
    const settings = serviceSettings("web", { withdrawOnStop: false, checks: checks({ http }, { rise: 5 }) });
    const first = new ReporterHouse();
    await first.apply([settings, serviceSettings("api", { ports: [81] })]);
    await first.clock.advance(6000);
    const left = await first.stop();
    expect(left).toEqual(new Map([["web", new Set([80])]]));
    expect(first.registered()).toEqual([WEB]);
    expect(first.log.saying(" with source").slice(-2)).toEqual([
      "info leaves app:80 with source",
      "info withdraws app:81 with source",
    ]);
    const second = new ReporterHouse({ registry: first.registry, clock: first.clock, left });
    await second.apply([settings]);
    await second.clock.advance(600);
    expect(second.port().registration.status).toBe("registered");
    expect(first.registry.events.filter((event) => event === `delete ${WEB}`)).toEqual([]);
    http.script = () => false;
    await second.clock.advance(4000);
    expect(second.registered()).toEqual([]);
    await second.stop();
  });

  it("ends in limited time whatever the registry does, and says so", async () => {
    const house = new ReporterHouse();
    await house.apply([serviceSettings("web")]);
    house.registry.ending = new Promise(() => undefined);
    await house.stop();
    expect(house.log.saying("does not end although its signal has aborted")).toHaveLength(1);
  });
});
