import { eventually } from "@lighthouse-sd/test-servers";
import { type Answer, type DecodedPacket, TRUNCATED_RESPONSE } from "dns-packet";
import { describe, expect, test } from "vitest";
import { addresses, discoveryAt, IMPATIENT, latest, watch } from "./looking.js";
import { type Answering, a, oddServer, reply, soa } from "./odd-server.js";

const HOST = { host: "web.test", port: 80 };
const good = (question: DecodedPacket): Buffer => reply(question, { answers: a("web.test", 60, "10.0.0.5") });

describe("an answer that says nothing of what is there is lost, and named", () => {
  test.each<readonly [string, Answering, string | RegExp]>([
    ["SERVFAIL", (question) => [reply(question, { code: "SERVFAIL" })], "answered SERVFAIL"],
    ["REFUSED", (question) => [reply(question, { code: "REFUSED" })], "answered REFUSED"],
    ["NOTIMP", (question) => [reply(question, { code: "NOTIMP" })], "answered NOTIMP"],
    [
      "SERVFAIL without the question",
      (question) => [reply(question, { code: "SERVFAIL", questions: [] })],
      "answered SERVFAIL",
    ],
    ["FORMERR, also to a plain question", (question) => [reply(question, { code: "FORMERR" })], "answered FORMERR"],
    ["nothing", () => [], "did not answer within 1 s"],
    [
      "who else to ask",
      (question) => [reply(question, { authorities: [{ type: "NS", name: "test", ttl: 60, data: "ns.test" }] })],
      "only says who else to ask: it does not resolve names for others",
    ],
    [
      "nonsense",
      (question) => [Buffer.concat([good(question).subarray(0, 12), Buffer.alloc(40, 0xff)])],
      /^sent an answer that cannot be read: /,
    ],
    ["half of it", (question) => [good(question).subarray(0, 30)], /^sent an answer that cannot be read: /],
    [
      "a part, and nothing over TCP",
      (question, transport) => (transport === "udp" ? [reply(question, { flags: TRUNCATED_RESPONSE })] : []),
      "truncated its answer, and over TCP it did not answer within 1 s",
    ],
    [
      "a part, and a part over TCP",
      (question) => [reply(question, { answers: a("web.test", 60, "10.0.0.5"), flags: TRUNCATED_RESPONSE })],
      "truncated its answer, and over TCP it truncated it too",
    ],
    [
      "a part, and something else over TCP",
      (question, transport) =>
        transport === "udp"
          ? [reply(question, { flags: TRUNCATED_RESPONSE })]
          : [reply(question, { questions: [{ type: "A", name: "other.test" }] })],
      "truncated its answer, and over TCP it answered another question",
    ],
    [
      "SERVFAIL over TCP",
      (question, transport) => [
        reply(question, transport === "udp" ? { flags: TRUNCATED_RESPONSE } : { code: "SERVFAIL" }),
      ],
      "answered SERVFAIL",
    ],
  ])("%s", async (_case, answering, what) => {
    const server = await oddServer(answering);
    const watched = watch(discoveryAt([server.address], IMPATIENT), HOST);
    await eventually(() => expect(watched.losses.length).toBe(1));
    const [, said] =
      /^A records of web\.test cannot be looked up: name server 127\.0\.0\.1:\d+ (.*)$/.exec(watched.losses[0] ?? "") ??
      [];
    expect(said).toMatch(what);
    expect(watched.answers).toEqual([]);
    await eventually(() => expect(server.connections.size).toBe(0));
  });

  test("aliases that lead in a circle", async () => {
    const server = await oddServer((question) => {
      const [{ name = "" } = {}] = question.questions ?? [];
      const data = name === "one.test" ? "two.test" : "one.test";
      return [reply(question, { answers: [{ type: "CNAME", name, ttl: 60, data }] })];
    });
    const watched = watch(discoveryAt([server.address]), { host: "one.test", port: 80 });
    await eventually(() => expect(watched.losses.length).toBe(1));
    expect(watched.losses[0]).toMatch(/^A records of one\.test cannot be looked up: its aliases lead in a circle/);
  });

  test("IPv6 addresses that nobody tells, though there are no others", async () => {
    const server = await oddServer((question) => {
      return [question.questions?.[0]?.type === "A" ? reply(question, {}) : reply(question, { code: "SERVFAIL" })];
    });
    const watched = watch(discoveryAt([server.address]), HOST);
    await eventually(() => expect(watched.losses.length).toBe(1));
    expect(watched.losses[0]).toMatch(/^AAAA records of web\.test cannot be looked up/);
    expect(watched.answers).toEqual([]);
  });
});

describe("an answer that is not ours is passed over", () => {
  const forged = (question: DecodedPacket): Answer[] => a(question.questions?.[0]?.name ?? "", 60, "10.6.6.6");

  test.each<readonly [string, (question: DecodedPacket) => Buffer]>([
    [
      "with another id",
      (question) => reply({ ...question, id: ((question.id ?? 0) + 1) % 65_536 }, { answers: forged(question) }),
    ],
    [
      "to another name",
      (question) => reply(question, { questions: [{ type: "A", name: "other.test" }], answers: forged(question) }),
    ],
    [
      "to another type",
      (question) => reply(question, { questions: [{ type: "AAAA", name: "web.test" }], answers: forged(question) }),
    ],
    ["to no question", (question) => reply(question, { questions: [], answers: forged(question) })],
    ["that is a question", (question) => reply(question, { type: "query", answers: forged(question) })],
    ["of three bytes", () => Buffer.from([1, 2, 3])],
  ])("%s", async (_case, packet) => {
    const server = await oddServer((question) => [packet(question), good(question)]);
    const watched = watch(discoveryAt([server.address]), HOST);
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(addresses(watched)).toEqual(["10.0.0.5"]);
  });

  test("as are records of names that were not asked for", async () => {
    const answers = [...a("evil.test", 60, "10.6.6.6"), ...a("WEB.test", 60, "10.0.0.5")];
    const server = await oddServer((question) => [
      reply(question, { answers, additionals: a("web.test", 60, "10.6.6.7") }),
    ]);
    const watched = watch(discoveryAt([server.address]), HOST);
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(addresses(watched)).toEqual(["10.0.0.5"]);
  });
});

test("every question has an id and a port of its own, chosen at random", async () => {
  const server = await oddServer((question) => [reply(question, { answers: a("web.test", 0, "10.0.0.5") })]);
  watch(discoveryAt([server.address], { min_ttl: "50ms" }), HOST);
  await eventually(() => expect(server.questions.length).toBeGreaterThan(15));
  const differences = (values: readonly number[]): Set<number> =>
    new Set(values.slice(1).map((value, index) => value - (values[index] ?? 0)));
  expect(differences(server.questions.map(({ packet }) => packet.id ?? 0)).size).toBeGreaterThan(5);
  expect(differences(server.questions.map(({ port }) => port)).size).toBeGreaterThan(5);
});

test("an answer that has arrived while this process stood still for longer than its time counts", async () => {
  const server = await oddServer((question) => {
    const answers = [good(question)];
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200));
    return answers;
  });
  const watched = watch(discoveryAt([server.address], { timeout: "100ms" }), HOST);
  await eventually(() => expect(watched.answers.length + watched.losses.length).toBe(1));
  expect(watched.losses).toEqual([]);
});

test("a server that does not know larger answers is asked without", async () => {
  const server = await oddServer((question) => [
    (question.additionals ?? []).length > 0 ? reply(question, { code: "FORMERR" }) : good(question),
  ]);
  const watched = watch(discoveryAt([server.address]), HOST);
  await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.5"]));
});

test("a target that an answer sends along is not asked for", async () => {
  const server = await oddServer((question) => [
    reply(question, {
      answers: [{ type: "SRV", name: "_http._tcp.web.test", ttl: 60, data: { target: "app1.test", port: 80 } }],
      additionals: a("app1.test", 60, "10.0.0.1"),
    }),
  ]);
  const watched = watch(discoveryAt([server.address]), { srv: "_http._tcp.web.test" });
  await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.1"]));
  expect(server.questions.map(({ packet }) => packet.questions?.[0]?.type)).toEqual(["SRV"]);
});

test("a target that is no host name is not asked for, and told as what it is", async () => {
  const server = await oddServer((question) => [
    reply(question, {
      answers: ["app1.test\nserver evil 10.6.6.6:80", "app1.test"].map((target) => ({
        type: "SRV",
        name: "_http._tcp.web.test",
        ttl: 60,
        data: { target, port: 80 },
      })),
      additionals: a("app1.test", 60, "10.0.0.1"),
    }),
  ]);
  const watched = watch(discoveryAt([server.address]), { srv: "_http._tcp.web.test" });
  await eventually(() => expect(latest(watched)?.length).toBe(2));
  expect(addresses(watched)).toEqual(["10.0.0.1", "its target is no host name"]);
  expect(watched.answers[0]?.[1]?.source).toBe("_http._tcp.web.test app1.test%0Aserver%20evil%2010.6.6.6%3A80:80");
});

test("targets none of which can be looked up are lost, not quarantined", async () => {
  const server = await oddServer((question) => {
    if (question.questions?.[0]?.type !== "SRV") return [reply(question, { code: "SERVFAIL" })];
    return [
      reply(question, {
        answers: [{ type: "SRV", name: "_http._tcp.web.test", ttl: 60, data: { target: "app1.test", port: 80 } }],
      }),
    ];
  });
  const watched = watch(discoveryAt([server.address]), { srv: "_http._tcp.web.test" });
  await eventually(() => expect(watched.losses.length).toBe(1));
  expect(watched.losses[0]).toMatch(/^A records of app1\.test cannot be looked up/);
  expect(watched.answers).toEqual([]);
});

test("the target . says that nobody offers the service", async () => {
  const data = { target: ".", port: 0 };
  const server = await oddServer((question) => [
    reply(question, { answers: [{ type: "SRV", name: "_http._tcp.web.test", ttl: 60, data }] }),
  ]);
  const watched = watch(discoveryAt([server.address]), { srv: "_http._tcp.web.test" });
  await eventually(() => expect(watched.answers).toEqual([[]]));
});

test("a server that gives a few of many records at a time names all of them within what they are kept for", async () => {
  const all = Array.from({ length: 12 }, (_, index) => `10.0.0.${index + 1}`);
  let asked = 0;
  const server = await oddServer((question) => {
    const first = (asked++ * 4) % all.length;
    return [reply(question, { answers: a("web.test", 0, ...all.slice(first, first + 4)) })];
  });
  const watched = watch(discoveryAt([server.address]), { ...HOST, keep: "10m" });
  await eventually(() => expect(addresses(watched)?.length).toBe(12));
  const known = watched.answers.length;
  await eventually(() => expect(asked).toBeGreaterThan(8));
  expect(watched.answers.length).toBe(known);
});

test("what does not exist is asked for again when its zone says so", async () => {
  const server = await oddServer((question) => [reply(question, { code: "NXDOMAIN", authorities: [soa(3600, 3600)] })]);
  const other = await oddServer((question) => [reply(question, { code: "NXDOMAIN", authorities: [soa(0, 3600)] })]);
  const watched = watch(discoveryAt([server.address], { max_ttl: "1h" }), HOST);
  watch(discoveryAt([other.address]), HOST);
  await eventually(() => expect(other.questions.length).toBeGreaterThan(3));
  expect(watched.answers).toEqual([[]]);
  expect(server.questions.length).toBe(1);
});
