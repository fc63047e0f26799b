import { eventually, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, test } from "vitest";
import { addresses, discoveryAt, dnsmasq, IMPATIENT, latest, watch } from "./looking.js";

describe.skipIf(!requireServer("dnsmasq"))("the addresses of a name, asked of a real server", () => {
  test("are nodes with the port of the cluster's block", async () => {
    const server = await dnsmasq(["host-record=web.test,10.0.0.5,60", "host-record=web.test,10.0.0.6,60"]);
    const watched = watch(discoveryAt([server.address]), { host: "web.test", port: 8000 });
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(watched.answers[0]).toEqual([
      { source: "web.test 10.0.0.5", value: { ip: "10.0.0.5", port: 8000, metadata: {} } },
      { source: "web.test 10.0.0.6", value: { ip: "10.0.0.6", port: 8000, metadata: {} } },
    ]);
  });

  const DUAL = ["host-record=web.test,10.0.0.5,2001:db8::5", "host-record=six.test,2001:db8::6"];

  test.each([
    ["IPv4, where there are such", "web.test", "auto", ["10.0.0.5"]],
    ["IPv6, where there is nothing else", "six.test", "auto", ["2001:db8::6"]],
    ["IPv4 alone", "six.test", "ipv4", []],
    ["IPv6 alone", "web.test", "ipv6", ["2001:db8::5"]],
    ["both", "web.test", "both", ["10.0.0.5", "2001:db8::5"]],
  ])("are %s", async (_case, host, family, wanted) => {
    const server = await dnsmasq(DUAL);
    const watched = watch(discoveryAt([server.address]), { host, port: 80, family });
    await eventually(() => expect(addresses(watched)).toEqual(wanted));
    expect(watched.losses).toEqual([]);
  });

  test("are found through aliases, in whatever case and with or without the last dot they are written", async () => {
    const server = await dnsmasq([
      "host-record=app1.test,10.0.0.5",
      "cname=www.test,web.test",
      "cname=web.test,app1.test",
    ]);
    const watched = watch(discoveryAt([server.address]), { host: "WWW.Test.", port: 80 });
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.5"]));
  });

  test("are all found where they need a longer answer than UDP carries", async () => {
    const all = Array.from({ length: 400 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    const server = await dnsmasq([]);
    await server.setHosts(all.map((ip) => `${ip} many.test`));
    const watched = watch(discoveryAt([server.address]), { host: "many.test", port: 80 });
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect([...(addresses(watched) ?? [])].sort()).toEqual([...all].sort());
  });

  test("are nobody where the name does not exist, and where it has none", async () => {
    const server = await dnsmasq(["txt-record=empty.test,nothing"]);
    const discovery = discoveryAt([server.address]);
    const [missing, empty] = [
      watch(discovery, { host: "missing.test", port: 80 }),
      watch(discovery, { host: "empty.test", port: 80 }),
    ];
    await eventually(() => expect([missing.answers, empty.answers]).toEqual([[[]], [[]]]));
    expect([missing.losses, empty.losses]).toEqual([[], []]);
  });

  test("come and go with the records, and those that stay are the same objects", async () => {
    const server = await dnsmasq([]);
    await server.setHosts(["10.0.0.5 web.test", "10.0.0.6 web.test"]);
    const watched = watch(discoveryAt([server.address]), { host: "web.test", port: 80 });
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.5", "10.0.0.6"]));
    const [first] = watched.answers;
    await server.setHosts(["10.0.0.6 web.test", "10.0.0.7 web.test"]);
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.6", "10.0.0.7"]));
    expect(watched.answers.at(-1)?.[0]).toBe(first?.[1]);
    await server.setHosts([]);
    await eventually(() => expect(latest(watched)).toEqual([]));
    expect(watched.losses).toEqual([]);
  });
});

describe.skipIf(!requireServer("dnsmasq"))("a real server that does not tell", () => {
  test("because it refuses is lost, and named with what it said", async () => {
    const server = await dnsmasq([]);
    const watched = watch(discoveryAt([server.address]), { host: "web.example", port: 80 });
    await eventually(() => expect(watched.losses.length).toBe(1));
    expect(watched.losses).toEqual([
      `A records of web.example cannot be looked up: name server ${server.address} answered REFUSED`,
    ]);
    expect(watched.answers).toEqual([]);
  });

  test("because it hangs is lost once, its return is told, and nobody has left meanwhile", async () => {
    const server = await dnsmasq(["host-record=web.test,10.0.0.5"]);
    const watched = watch(discoveryAt([server.address], IMPATIENT), { host: "web.test", port: 80 });
    await eventually(() => expect(watched.answers.length).toBe(1));
    server.pause();
    await eventually(() =>
      expect(watched.losses).toEqual([
        `A records of web.test cannot be looked up: name server ${server.address} did not answer within 1 s`,
      ]),
    );
    server.resume();
    await eventually(() => expect(watched.answers.length).toBe(2));
    expect(watched.answers[1]?.[0]).toBe(watched.answers[0]?.[0]);
  });

  test("because nobody listens there is lost, found when it is started, and lost again when it is killed", async () => {
    const server = await dnsmasq(["host-record=web.test,10.0.0.5"]);
    await server.kill();
    const watched = watch(discoveryAt([server.address]), { host: "web.test", port: 80 });
    await eventually(() => expect(watched.losses.length).toBe(1));
    expect(watched.losses[0]).toMatch(/: name server 127\.0\.0\.1:\d+ refused the connection$/);
    await server.start();
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.5"]));
    await server.kill();
    await eventually(() => expect(watched.losses.length).toBe(2));
    expect(watched.answers.length).toBe(1);
  });

  test("is passed over for the next one", async () => {
    const [first, second] = [await dnsmasq([]), await dnsmasq(["host-record=web.test,10.0.0.5"])];
    first.pause();
    const watched = watch(discoveryAt([first.address, second.address], IMPATIENT), { host: "web.test", port: 80 });
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.5"]));
    expect(watched.losses).toEqual([]);
  });
});

test("a cluster whose block does not say what to look up is lost, with what to add", async () => {
  const watched = watch(discoveryAt(["127.0.0.1"]), null);
  await eventually(() => expect(watched.losses.length).toBe(1));
  expect(watched.losses).toEqual([
    "the file of cluster web does not say what to look up: add dns: {srv: <name>}, or dns: {host: <name>, port: <number>}",
  ]);
});
