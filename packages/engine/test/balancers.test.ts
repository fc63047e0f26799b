import type { Cluster } from "@lighthouse-sd/core";
import { describe, expect, test } from "vitest";
import type { Members } from "../src/sync/cluster-views.js";
import { BalancersHouse } from "./support/balancers-house.js";
import { type FakeBalancer, fakeBalancer, IN_LINE } from "./support/fake-balancer.js";
import { settle } from "./support/manual-clock.js";
import { node } from "./support/sample-nodes.js";
import { balancerSettings, clusterSettings, configuration } from "./support/settings.js";

const [A, B] = [node("a", "10.0.0.1"), node("b", "10.0.0.2")];

function syncs(plugin: FakeBalancer): number {
  return plugin.given.length;
}

async function withOne(plugin: FakeBalancer, clusters = [clusterSettings("web")]): Promise<BalancersHouse> {
  const house = new BalancersHouse();
  await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin)], clusters }));
  return house;
}

describe("the order of calls", () => {
  test("validateDependencies, new, applyConfig, syncFile, stop; nothing at all before the start is open", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    await house.balancers.stop();
    expect(plugin.calls).toEqual(["validateDependencies", "new", "applyConfig {}", "syncFile", "stop"]);
  });

  test("a changed file is applied to the same instance", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    plugin.calls.length = 0;
    await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin, { a: 1 })], clusters: [] }));
    await house.clock.advance(20);
    expect(plugin.calls).toEqual(["validateDependencies", 'applyConfig {"a":1}', "syncFile"]);
  });

  test("a file that says the same as before is not applied again", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    plugin.calls.length = 0;
    await house.apply(
      configuration({ balancers: [balancerSettings("lb", plugin.plugin)], clusters: [clusterSettings("web")] }),
    );
    await house.clock.advance(1000);
    expect(plugin.calls).not.toContain("applyConfig {}");
  });

  test("another plugin under the same name: the old instance is stopped before the new one is made", async () => {
    const [old, next] = [fakeBalancer(), fakeBalancer()];
    const house = await withOne(old);
    old.onStop = () => expect(next.calls).not.toContain("new");
    await house.apply(configuration({ balancers: [balancerSettings("lb", next.plugin)] }));
    await house.clock.advance(20);
    expect(old.calls.at(-1)).toBe("stop");
    expect(next.calls).toEqual(["validateDependencies", "new", "applyConfig {}", "syncFile"]);
    expect(house.log.saying("stop failed")).toEqual([]);
  });

  test("a removed balancer is stopped; one of its name that comes back begins after that", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    let release: () => void = () => undefined;
    plugin.onStop = () =>
      new Promise<void>((resolve) => {
        release = resolve;
      });
    await house.apply(configuration({}));
    await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin)] }));
    expect(plugin.calls.filter((call) => call === "new")).toHaveLength(1);
    release();
    await house.clock.advance(0);
    expect(plugin.calls.filter((call) => call === "new")).toHaveLength(2);
  });
});

describe("what a balancer is given", () => {
  test("the clusters that have a block for it, by name; null for members that are not known", async () => {
    const plugin = fakeBalancer();
    const house = new BalancersHouse();
    house.members.set("b", { nodes: [A], live: true });
    const clusters = [
      clusterSettings("c", { blocks: new Map([["other", {}]]) }),
      clusterSettings("b"),
      clusterSettings("a"),
    ];
    await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin)], clusters }));
    expect(plugin.given.at(-1)).toEqual([
      { name: "a", metaCluster: null, config: { port: 80 }, nodes: null, live: false },
      { name: "b", metaCluster: null, config: { port: 80 }, nodes: [A], live: true },
    ]);
  });

  test("a cluster in which nothing has changed is the same object, and a list likewise", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin, [clusterSettings("a"), clusterSettings("b")]);
    house.setMembers("a", [A]);
    await house.clock.advance(20);
    house.balancers.markAll();
    await house.clock.advance(20);
    // The same text read again, as after an edit of another part of the file.
    await house.apply(
      configuration({
        balancers: [balancerSettings("lb", plugin.plugin)],
        clusters: [clusterSettings("a"), clusterSettings("b")],
      }),
    );
    house.setMembers("a", [A, B]);
    await house.clock.advance(20);
    const [first, second, third, last] = plugin.given;
    expect(plugin.given).toHaveLength(4);
    expect(second?.[1]).toBe(first?.[1]);
    expect(third).toBe(second);
    expect(last?.[1]).toBe(first?.[1]);
    expect(last?.[0]).not.toBe(third?.[0]);
    expect(last?.[0]?.config).toBe(first?.[0]?.config);
  });

  test("whether members are held: the cluster is another object when that changes, and the same while it does not", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin, [clusterSettings("a")]);
    const nodes = [A, B];
    const given = async (members: Members): Promise<Cluster | undefined> => {
      house.members.set("a", members);
      house.balancers.membershipChanged("a");
      house.balancers.markAll();
      await house.clock.advance(600);
      return plugin.given.at(-1)?.[0];
    };
    const lost = await given({ nodes, live: false });
    expect(lost).not.toHaveProperty("held");
    const held = await given({ nodes, live: false, held: true });
    expect(held).toEqual({ name: "a", metaCluster: null, config: { port: 80 }, nodes, live: false, held: true });
    expect(await given({ nodes, live: false, held: true })).toBe(held);
    expect(await given({ nodes, live: false })).not.toHaveProperty("held");
  });

  test("a removed cluster is missing from the list", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin, [clusterSettings("a"), clusterSettings("b")]);
    await house.apply(
      configuration({ balancers: [balancerSettings("lb", plugin.plugin)], clusters: [clusterSettings("b")] }),
    );
    await house.clock.advance(20);
    expect(plugin.given.at(-1)?.map(({ name }) => name)).toEqual(["b"]);
  });
});

describe("when it is called", () => {
  test("a first event: at once; a burst after it: once, when it is quiet", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    await house.clock.advance(10_000);
    expect(syncs(plugin)).toBe(1);
    house.setMembers("web", [A]);
    await house.clock.advance(0);
    expect(syncs(plugin)).toBe(2);
    for (let event = 0; event < 50; event++) {
      house.setMembers("web", event % 2 === 0 ? [A, B] : [A]);
      await house.clock.advance(1);
    }
    house.setMembers("web", [B]);
    expect(syncs(plugin)).toBe(2);
    await house.clock.advance(20);
    expect(syncs(plugin)).toBe(3);
    expect(plugin.given.at(-1)?.[0]?.nodes).toEqual([B]);
  });

  test("events that never end starve nobody", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    for (let event = 0; event < 1000; event++) {
      house.setMembers("web", event % 2 === 0 ? [A, B] : [A]);
      await house.clock.advance(10);
    }
    expect(syncs(plugin)).toBeGreaterThanOrEqual(19);
    expect(syncs(plugin)).toBeLessThanOrEqual(23);
  });

  test("events while it works: once more afterwards, with the newest state; never two calls at once", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    await house.clock.advance(1000);
    let release: () => void = () => undefined;
    plugin.onSync = () =>
      new Promise((resolve) => {
        release = () => resolve(IN_LINE);
      });
    house.setMembers("web", [A]);
    await house.clock.advance(100);
    house.setMembers("web", [A, B]);
    house.setMembers("web", [B]);
    await house.clock.advance(1000);
    expect(syncs(plugin)).toBe(2);
    plugin.onSync = () => IN_LINE;
    release();
    await house.clock.advance(20);
    expect(syncs(plugin)).toBe(3);
    expect(plugin.given.at(-1)?.[0]?.nodes).toEqual([B]);
    expect(plugin.mostRunning).toBe(1);
  });

  test("the plugin may ask for a sync, but not for one after the other for ever", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    await house.clock.advance(1000);
    plugin.contexts[0]?.requestSync("its process died");
    await house.clock.advance(0);
    expect(syncs(plugin)).toBe(2);
    plugin.onSync = () => {
      plugin.contexts[0]?.requestSync("again");
      return IN_LINE;
    };
    await house.clock.advance(1000);
    plugin.contexts[0]?.requestSync("and again");
    await house.clock.advance(10_000);
    expect(syncs(plugin)).toBeLessThan(25);
    expect(syncs(plugin)).toBeGreaterThan(15);
  });

  test("syncAgainMs is kept to, and is no failure", async () => {
    const plugin = fakeBalancer();
    plugin.onSync = () => ({ converged: false, changes: [], syncAgainMs: 3000 });
    const house = await withOne(plugin);
    await house.clock.advance(2990);
    expect(syncs(plugin)).toBe(1);
    await house.clock.advance(10);
    expect(syncs(plugin)).toBe(2);
    expect(house.state()).toMatchObject({ converged: false, pending: true, everInLine: true, lastError: null });
    expect(house.log.lines).toEqual([]);
  });

  test("syncAgainMs of nothing at all is no endless loop", async () => {
    const plugin = fakeBalancer();
    plugin.onSync = () => ({ converged: true, changes: [], syncAgainMs: 0 });
    const house = await withOne(plugin);
    await house.clock.advance(1000);
    expect(syncs(plugin)).toBeLessThan(60);
  });
});

describe("what goes wrong", () => {
  test.each<[string, () => unknown, string]>([
    [
      "throws",
      () => {
        throw new Error("socket gone");
      },
      "socket gone",
    ],
    ["rejects", () => Promise.reject(new Error("socket gone")), "socket gone"],
    ["rejects with nothing", () => Promise.reject(undefined), "undefined"],
    ["returns nothing", () => undefined, "it must be an object, is undefined"],
    ["returns no converged", () => ({ changes: [] }), "converged must be true or false"],
    [
      "returns a change that is none",
      () => ({ converged: true, changes: [{ kind: "magic", target: "x", action: "y" }] }),
      "changes[0] has a kind",
    ],
    [
      "returns a wait that is none",
      () => ({ converged: true, changes: [], syncAgainMs: Number.NaN }),
      "syncAgainMs must be milliseconds",
    ],
    [
      "returns problems without a path",
      () => ({ converged: true, changes: [], problems: [{ cluster: "web", message: "x" }] }),
      "problems[0] has a path",
    ],
  ])(
    "a sync that %s: the reason is told once, and it is retried with back-off until it succeeds",
    async (_name, onSync, reason) => {
      const plugin = fakeBalancer();
      plugin.onSync = onSync;
      const house = await withOne(plugin);
      await house.clock.advance(300_000);
      expect(house.state().lastError).toContain(reason);
      expect(house.state().converged).toBe(false);
      expect(house.log.saying(reason)).toHaveLength(1);
      expect(syncs(plugin)).toBeGreaterThan(10);
      expect(syncs(plugin)).toBeLessThan(22);
      plugin.onSync = () => IN_LINE;
      await house.clock.advance(30_000);
      expect(house.state()).toMatchObject({ converged: true, lastError: null });
      expect(house.log.saying("works again")).toHaveLength(1);
      await house.clock.advance(300_000);
      expect(house.log.lines).toHaveLength(2);
    },
  );

  test("not converged without syncAgainMs is retried with back-off too", async () => {
    const plugin = fakeBalancer();
    plugin.onSync = () => ({ converged: false, changes: [] });
    const house = await withOne(plugin);
    await house.clock.advance(300_000);
    expect(syncs(plugin)).toBeGreaterThan(10);
    expect(syncs(plugin)).toBeLessThan(22);
    expect(house.state()).toMatchObject({ converged: false, pending: false, everInLine: false });
  });

  test("while it is retried, a change of members still reaches it without delay", async () => {
    const plugin = fakeBalancer();
    plugin.onSync = () => ({ converged: false, changes: [] });
    const house = await withOne(plugin);
    await house.clock.advance(100_000);
    const before = syncs(plugin);
    house.setMembers("web", [A]);
    await house.clock.advance(20);
    expect(syncs(plugin)).toBe(before + 1);
  });

  test("one that hangs is aborted at its limit, never overlapped, reported, and holds up no other", async () => {
    const [hung, well] = [fakeBalancer(), fakeBalancer()];
    let aborted = false;
    let release: () => void = () => undefined;
    hung.onSync = (_clusters, { signal }) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      return new Promise((resolve) => {
        release = () => resolve(IN_LINE);
      });
    };
    const house = new BalancersHouse();
    const balancers = [balancerSettings("lb", hung.plugin), balancerSettings("other", well.plugin)];
    const blocks = new Map([
      ["lb", {}],
      ["other", {}],
    ]);
    await house.apply(configuration({ balancers, clusters: [clusterSettings("web", { blocks })] }));
    expect(house.state("other").converged).toBe(true);
    await house.clock.advance(59_000);
    expect(aborted).toBe(false);
    await house.clock.advance(7000);
    expect(aborted).toBe(true);
    expect(house.state().lastError).toContain(
      "syncFile took longer than 60 s and does not end although its signal has aborted",
    );
    house.setMembers("web", [A]);
    await house.clock.advance(600_000);
    expect(hung.given).toHaveLength(1);
    expect(well.given.at(-1)?.[0]?.nodes).toEqual([A]);
    hung.onSync = () => IN_LINE;
    release();
    await house.clock.advance(60_000);
    expect(house.state()).toMatchObject({ converged: true, lastError: null });
    expect(hung.mostRunning).toBe(1);
  });

  test.each<[string, (plugin: FakeBalancer) => void, string]>([
    [
      "dependencies that are missing",
      (plugin) => {
        plugin.onDependencies = () => {
          throw new Error("haproxy is not installed");
        };
      },
      "its dependencies are not met: haproxy is not installed",
    ],
    [
      "dependencies that are false",
      (plugin) => {
        plugin.onDependencies = () => false;
      },
      "its dependencies are not met",
    ],
    [
      "dependencies that are nonsense",
      (plugin) => {
        plugin.onDependencies = () => "yes";
      },
      "must give true or false, gave string",
    ],
    [
      "an applyConfig that throws",
      (plugin) => {
        plugin.onApply = () => {
          throw new Error("no such file");
        };
      },
      "applyConfig failed: no such file",
    ],
  ])("%s: told with the reason, tried again, and used once they are right", async (_name, breakIt, reason) => {
    const plugin = fakeBalancer();
    breakIt(plugin);
    const house = await withOne(plugin);
    house.setMembers("web", [A]);
    await house.clock.advance(120_000);
    expect(house.state().lastError).toContain(reason);
    expect(house.log.saying(reason)).toHaveLength(1);
    expect(syncs(plugin)).toBe(0);
    expect(plugin.calls.filter((call) => call === "validateDependencies").length).toBeLessThan(15);
    Object.assign(plugin, { onDependencies: () => true, onApply: () => undefined });
    await house.clock.advance(30_000);
    expect(house.state()).toMatchObject({ converged: true, lastError: null });
  });

  test("a new configuration that cannot be applied: the old one goes on, is told, and gives way once it can", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    plugin.onApply = (config) => {
      if ((config as { bad?: boolean }).bad === true) throw new Error("refused");
    };
    const clusters = [clusterSettings("web")];
    await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin, { bad: true })], clusters }));
    await house.clock.advance(20);
    expect(plugin.calls.slice(-3)).toEqual(['applyConfig {"bad":true}', "applyConfig {}", "syncFile"]);
    expect(house.state()).toMatchObject({ converged: false, lastError: "applyConfig failed: refused" });
    const before = syncs(plugin);
    house.setMembers("web", [A]);
    await house.clock.advance(20);
    expect(syncs(plugin)).toBe(before + 1);
    expect(plugin.given.at(-1)?.[0]?.nodes).toEqual([A]);
    plugin.onApply = () => undefined;
    await house.clock.advance(30_000);
    expect(house.state()).toMatchObject({ converged: true, lastError: null });
    expect(plugin.calls.filter((call) => call === "new")).toHaveLength(1);
  });

  test("an operator's edit is tried at once, whatever the back-off has come to", async () => {
    const plugin = fakeBalancer();
    plugin.onDependencies = () => false;
    const house = await withOne(plugin);
    await house.clock.advance(100_000);
    plugin.onDependencies = () => true;
    await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin, { fixed: true })] }));
    await house.clock.advance(20);
    expect(house.state().converged).toBe(true);
  });

  test("a stop that throws or hangs ends in limited time and is told", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    plugin.onStop = () => new Promise(() => undefined);
    let stopped = false;
    void house.balancers.stop().then(() => {
      stopped = true;
    });
    await house.clock.advance(4000);
    expect(stopped).toBe(true);
    expect(house.log.saying("stop did not end within 2 s")).toHaveLength(1);
  });

  test("a stop in the middle of a sync aborts it, and no call follows but stop", async () => {
    const plugin = fakeBalancer();
    plugin.onSync = (_clusters, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("called off"))));
    const house = await withOne(plugin);
    await house.balancers.stop();
    await house.clock.advance(60_000);
    expect(plugin.calls.slice(-2)).toEqual(["syncFile", "stop"]);
    expect(house.log.lines).toEqual([]);
    await settle();
    expect(house.clock.waiting()).toBe(0);
  });
});

describe("how it stands", () => {
  test("generations count what is asked for and what the target has confirmed", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    const first = house.state();
    expect(first.appliedGeneration).toBe(first.generation);
    plugin.onSync = () => ({ converged: false, changes: [] });
    house.setMembers("web", [A]);
    expect(house.state()).toMatchObject({
      converged: false,
      generation: first.generation + 1,
      appliedGeneration: first.generation,
    });
    await house.clock.advance(1000);
    expect(house.state().appliedGeneration).toBe(first.generation);
    plugin.onSync = () => IN_LINE;
    await house.clock.advance(30_000);
    expect(house.state()).toMatchObject({ converged: true, appliedGeneration: first.generation + 1 });
  });

  test("what changes while it works is not taken for confirmed", async () => {
    const plugin = fakeBalancer();
    const house = await withOne(plugin);
    await house.clock.advance(1000);
    plugin.onSync = () => {
      house.setMembers("web", [A, B]);
      plugin.onSync = () => IN_LINE;
      return IN_LINE;
    };
    house.setMembers("web", [A]);
    await house.clock.advance(0);
    expect(house.state()).toMatchObject({ converged: false });
    expect(house.state().generation - house.state().appliedGeneration).toBe(1);
    await house.clock.advance(20);
    expect(house.state().converged).toBe(true);
  });

  test("reloads are counted, with the last one's reason, and each change is logged once", async () => {
    const plugin = fakeBalancer();
    const changes = [
      { kind: "file", target: "/etc/haproxy/haproxy.cfg", action: "written" },
      { kind: "reload", target: "haproxy", action: "a new frontend", code: "structure" },
    ] as const;
    plugin.onSync = () => ({ converged: true, changes });
    const house = await withOne(plugin);
    expect(house.state()).toMatchObject({ reloads: 1, lastReload: { reason: "a new frontend", code: "structure" } });
    expect(house.log.lines).toEqual([
      "info /etc/haproxy/haproxy.cfg: written",
      "info reloaded haproxy: a new frontend (structure)",
    ]);
  });

  test("many changes at run time are one line", async () => {
    const plugin = fakeBalancer();
    const changes = Array.from(
      { length: 5000 },
      () => ({ kind: "runtime", target: "web/a", action: "added" }) as const,
    );
    plugin.onSync = () => ({ converged: true, changes });
    const house = await withOne(plugin);
    expect(house.log.lines).toEqual(["info changed 5000 things at run time"]);
  });

  test("problems name the file and the place they come from, once, and say when they are solved", async () => {
    const plugin = fakeBalancer();
    const problems = [
      { cluster: "web", path: ["backend", 0], message: "unknown keyword" },
      { cluster: null, path: ["global"], message: "too old" },
      { cluster: "elsewhere", path: [], message: "odd\nline" },
    ];
    plugin.onSync = () => ({ converged: true, changes: [], problems });
    const house = await withOne(plugin);
    house.balancers.markAll();
    await house.clock.advance(20);
    expect(house.state().problems).toEqual([
      { file: "clusters/web.yaml", line: 3, column: 1, message: "lb.backend[0]: unknown keyword" },
      { file: "balancers/lb.yaml", line: 1, column: 1, message: "global: too old" },
      { file: "balancers/lb.yaml", line: 0, column: 1, message: "cluster elsewhere: odd; line" },
    ]);
    expect(house.log.saying("clusters/web.yaml:3:1 lb.backend[0]: unknown keyword")).toHaveLength(1);
    plugin.onSync = () => IN_LINE;
    house.balancers.markAll();
    await house.clock.advance(500);
    expect(house.log.saying("solved: clusters/web.yaml:3:1")).toHaveLength(1);
  });

  test("it has been in line only once every source has been heard", async () => {
    const plugin = fakeBalancer();
    const house = new BalancersHouse();
    house.undecided.push("web");
    await house.apply(
      configuration({ balancers: [balancerSettings("lb", plugin.plugin)], clusters: [clusterSettings("web")] }),
    );
    expect(house.state()).toMatchObject({ converged: true, everInLine: false });
    house.undecided.length = 0;
    house.balancers.membershipChanged("web");
    await house.clock.advance(20);
    expect(house.state().everInLine).toBe(true);
  });
});
