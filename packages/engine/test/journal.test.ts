import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, test } from "vitest";
import { configEvents } from "../src/journal/config-events.js";
import { readEventsQuery } from "../src/journal/events-query.js";
import { Journal } from "../src/journal/journal.js";
import { journaledLog } from "../src/journal/journaled-log.js";
import { eventsPage } from "../src/journal/render-events.js";
import type { EventNote } from "../src/journal/runner-event.js";
import { BalancersHouse } from "./support/balancers-house.js";
import { fakeBalancer, IN_LINE } from "./support/fake-balancer.js";
import { fakeDiscovery } from "./support/fake-discovery.js";
import { ManualClock } from "./support/manual-clock.js";
import { membershipHouse } from "./support/membership-house.js";
import { RecordingLog } from "./support/recording-log.js";
import { goodRecord } from "./support/sample-nodes.js";
import { balancerSettings, clusterSettings, configuration, discoverySettings } from "./support/settings.js";

function said(message: string, more: Partial<EventNote> = {}): EventNote {
  return { kind: "runner", level: "info", message, ...more };
}

function journalOf(count: number, limits?: { events: number; bytes: number }): Journal {
  const journal = new Journal(new ManualClock(), limits);
  for (let index = 1; index <= count; index++) journal.note(said(`event ${index}`));
  return journal;
}

describe("a journal", () => {
  test("keeps the last events, numbered without gaps, and says how far back it goes", () => {
    const journal = journalOf(25, { events: 10, bytes: 1e6 });
    expect([journal.oldest(), journal.newest()]).toEqual([16, 25]);
    expect(journal.after(0).map(({ id }) => id)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
    expect(journal.after(23).map(({ message }) => message)).toEqual(["event 24", "event 25"]);
    expect(journal.after(25)).toEqual([]);
    expect(journal.after(99)).toEqual([]);
    expect(journal.after(0, 2).map(({ id }) => id)).toEqual([16, 17]);
  });

  test("an empty one says so", () => {
    const journal = journalOf(0);
    expect([journal.oldest(), journal.newest(), journal.after(0)]).toEqual([1, 0, []]);
  });

  test("10,000 of them by default, whatever comes", () => {
    const journal = journalOf(35_000);
    expect([journal.oldest(), journal.newest(), journal.after(0).length]).toEqual([25_001, 35_000, 10_000]);
  });

  test("its text has a limit too: long events push out more than one old one", () => {
    const journal = journalOf(100, { events: 1000, bytes: 50_000 });
    expect(journal.oldest()).toBe(1);
    const names = Array.from({ length: 5000 }, (_, index) => `a-long-host-name-${index}:8000`);
    for (let count = 0; count < 5; count++) journal.note(said("x".repeat(100_000), { nodes: { joined: names } }));
    const [only, ...others] = journal.after(0);
    expect([only?.id, others]).toEqual([105, []]);
    expect(only?.message.length).toBeLessThan(2100);
    expect(only?.nodes?.joined).toHaveLength(1000);
  });

  test("what a registry says is one line in it", () => {
    const journal = journalOf(0);
    journal.note(said("one\u001b[31m\nid: 7", { target: "a\nb" }));
    const { message, target } = journal.after(0)[0] ?? {};
    expect([message, target].map((text) => /\p{Cc}/u.test(text ?? ""))).toEqual([false, false]);
  });

  test("listeners are told of each event until they stop", () => {
    const journal = journalOf(0);
    const heard: number[] = [];
    const stop = journal.onEvent(() => heard.push(journal.newest()));
    journal.note(said("one"));
    stop();
    journal.note(said("two"));
    expect(heard).toEqual([1]);
  });
});

describe("a question for events", () => {
  const journal = new Journal(new ManualClock());
  journal.note(said("a", { kind: "members", cluster: "web" }));
  journal.note(said("b", { kind: "guard", cluster: "web" }));
  journal.note(said("c", { kind: "reload", balancer: "lb" }));
  journal.note(said("d", { kind: "members", cluster: "db" }));
  const answer = (query: string, lastEventId?: string): unknown => {
    const read = readEventsQuery(`/api/v1/events${query}`, lastEventId, journal.startedAt);
    return "wrong" in read ? read.wrong : eventsPage(journal, read).events.map(({ message }) => message);
  };

  test.each<[string, string[]]>([
    ["", ["a", "b", "c", "d"]],
    ["?limit=2", ["c", "d"]],
    ["?after=1", ["b", "c", "d"]],
    ["?after=1&limit=1", ["b"]],
    ["?cluster=web", ["a", "b"]],
    ["?kind=guard,reload", ["b", "c"]],
    ["?kind=members&cluster=db", ["d"]],
    ["?balancer=lb", ["c"]],
    ["?balancer=none", []],
  ])("%s", (query, messages) => {
    expect(answer(query)).toEqual(messages);
  });

  test("a follower goes on where it was; of another process's journal it gets all", () => {
    expect(answer("?after=1", `${journal.startedAt}-3`)).toEqual(["d"]);
    expect(answer("", "12345-3")).toEqual(["a", "b", "c", "d"]);
  });

  test.each([
    ["?limit=0", "limit must be from 1 to 10000"],
    ["?limit=many", "limit must be"],
    ["?limit=10001", "limit must be"],
    ["?after=-1", "after must be the number of an event"],
    ["?after=x", "after must be"],
    ["?kind=reloads", 'there is no kind "reloads"; there are: source, members'],
    ["?clusters=web", 'unknown "clusters"; there are: after, limit, kind, cluster'],
  ])("%s is refused", (query, words) => {
    expect(answer(query)).toContain(words);
  });
});

describe("what becomes an event", () => {
  test("of a cluster: its source, its members by name, records and what its guard holds", async () => {
    const discovery = fakeDiscovery();
    const { membership, notes } = await membershipHouse();
    const discoveries = [discoverySettings("source", discovery.plugin)];
    membership.apply(configuration({ discoveries, clusters: [clusterSettings("web")] }));
    await eventually(() => expect(discovery.watches).toHaveLength(1));
    const [a, b, c, d] = ["a", "b", "c", "d"].map((host, index) => goodRecord(host, `10.0.0.${index + 1}`));
    const answer = (...records: (typeof a)[]): void => {
      discovery.answer(
        "web",
        records.flatMap((record) => record ?? []),
      );
    };
    answer(a, b, c);
    answer(a, b, d);
    answer(a, b, d, { source: "bad", value: "x" });
    discovery.watch("web").watcher.lost(new Error("refused"));
    answer(a, b, d);
    answer();
    answer(a, b, d);
    await membership.stop();
    expect(notes.map(({ kind, nodes }) => [kind, nodes])).toEqual([
      ["members", { joined: ["a:80", "b:80", "c:80"] }],
      ["members", { joined: ["d:80"], left: ["c:80"], changed: [] }],
      ["record", undefined],
      ["source", undefined],
      ["source", undefined],
      ["guard", { held: ["a:80", "b:80", "d:80"] }],
      ["guard", { freed: ["a:80", "b:80", "d:80"] }],
    ]);
    expect(notes.every(({ cluster, message }) => cluster === "web" && message.startsWith("cluster web: "))).toBe(true);
  });

  test("of a balancer: what it changed, that it failed and works again, its problems and their end", async () => {
    const [plugin, house] = [fakeBalancer(), new BalancersHouse()];
    const problems = [{ cluster: "web", path: ["port"], message: "no such port" }];
    const changes = [
      { kind: "file", target: "/etc/x", action: "written" },
      { kind: "reload", target: "lb", action: "a new frontend", code: "structure" },
    ];
    plugin.onSync = () => ({ converged: true, changes, problems });
    const clusters = [clusterSettings("web")];
    await house.apply(configuration({ balancers: [balancerSettings("lb", plugin.plugin)], clusters }));
    plugin.onSync = () => Promise.reject(new Error("socket gone"));
    house.balancers.markAll();
    await house.clock.advance(100);
    plugin.onSync = () => IN_LINE;
    await house.clock.advance(60_000);
    await house.balancers.stop();
    expect(house.notes).toEqual([
      { kind: "file", level: "info", message: "balancer lb: /etc/x: written", balancer: "lb", target: "/etc/x" },
      {
        kind: "reload",
        level: "info",
        message: "balancer lb: reloaded lb: a new frontend (structure)",
        balancer: "lb",
        target: "lb",
      },
      expect.objectContaining({ kind: "problem", level: "warn", message: expect.stringContaining("no such port") }),
      expect.objectContaining({ kind: "balancer", level: "error", message: expect.stringContaining("socket gone") }),
      expect.objectContaining({ kind: "problem", message: expect.stringContaining("solved: ") }),
      expect.objectContaining({ kind: "balancer", level: "info", message: "balancer lb: works again" }),
    ]);
  });

  test("of files: each error once, and its end", () => {
    const problem = { file: "clusters/web.yaml", line: 7, column: 9, message: "haproxy.port: wrong" };
    expect(configEvents([], [problem])).toEqual([
      { kind: "config", level: "error", message: "clusters/web.yaml:7:9 haproxy.port: wrong" },
    ]);
    expect(configEvents([problem], [problem])).toEqual([]);
    expect(configEvents([problem], [])).toEqual([
      { kind: "config", level: "info", message: "no longer: clusters/web.yaml:7:9 haproxy.port: wrong" },
    ]);
  });

  test("of a service: what its log says, but for debugging", () => {
    const [log, notes] = [new RecordingLog(), [] as EventNote[]];
    const logger = journaledLog(log, "service shop", (note) => notes.push(note));
    logger.debug("port 80: looks");
    logger.warn("port 80 is down");
    expect(log.lines).toEqual(["debug port 80: looks", "warn port 80 is down"]);
    expect(notes).toEqual([
      { kind: "service", level: "warn", message: "service shop: port 80 is down", service: "shop" },
    ]);
  });
});
