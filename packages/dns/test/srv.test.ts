import { parseNode } from "@lighthouse-sd/core";
import { eventually, requireServer } from "@lighthouse-sd/test-servers";
import { describe, expect, test } from "vitest";
import { addresses, discoveryAt, dnsmasq, latest, watch } from "./looking.js";

const SRV = "_http._tcp.web.test";

describe.skipIf(!requireServer("dnsmasq"))("SRV records, asked of a real server", () => {
  test("are nodes with name, address and port", async () => {
    const server = await dnsmasq([
      `srv-host=${SRV},App1.test,8000`,
      `srv-host=${SRV},app2.test,8001`,
      "host-record=app1.test,10.0.0.5,2001:db8::5",
      "host-record=app2.test,10.0.0.6",
    ]);
    const watched = watch(discoveryAt([server.address]), { srv: SRV });
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(watched.answers[0]).toEqual([
      {
        source: `${SRV} app1.test:8000 10.0.0.5`,
        value: { host: "app1.test", ip: "10.0.0.5", port: 8000, metadata: {} },
      },
      {
        source: `${SRV} app2.test:8001 10.0.0.6`,
        value: { host: "app2.test", ip: "10.0.0.6", port: 8001, metadata: {} },
      },
    ]);
    expect(parseNode(watched.answers[0]?.[0]?.value)).toMatchObject({ node: { name: "app1.test:8000" }, dropped: [] });
  });

  test("carry weight and priority over to the nodes", async () => {
    const server = await dnsmasq([
      `srv-host=${SRV},app1.test,80,10,30`,
      `srv-host=${SRV},app2.test,80,10,70`,
      `srv-host=${SRV},app3.test,80,20,5`,
      ...[1, 2, 3].map((index) => `host-record=app${index}.test,10.0.0.${index}`),
    ]);
    const watched = watch(discoveryAt([server.address]), { srv: SRV });
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(latest(watched)?.map((value) => (value as { metadata: object }).metadata)).toEqual([
      { weight: 30 },
      { weight: 70 },
      { backup: true },
    ]);
  });

  test("are nobody where the name does not exist", async () => {
    const server = await dnsmasq([]);
    const watched = watch(discoveryAt([server.address]), { srv: SRV });
    await eventually(() => expect(watched.answers).toEqual([[]]));
  });

  test("whose target has no address are told as what they are, and the others as nodes", async () => {
    const records = [`srv-host=${SRV},app1.test,80`, `srv-host=${SRV},gone.test,80`, "host-record=app1.test,10.0.0.1"];
    const server = await dnsmasq(records);
    const watched = watch(discoveryAt([server.address]), { srv: SRV });
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(addresses(watched)).toEqual(["10.0.0.1", "gone.test has no address (NXDOMAIN)"]);
    expect(watched.answers[0]?.[1]?.source).toBe(`${SRV} gone.test:80`);
    await server.serve(["local=/test/", ...records, "host-record=gone.test,10.0.0.2"]);
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.1", "10.0.0.2"]));
  });

  test("whose target loses its address keep the one that was known, as long as they stand", async () => {
    const both = [`srv-host=${SRV},app1.test,80`, `srv-host=${SRV},app2.test,80`];
    const server = await dnsmasq([...both, "host-record=app1.test,10.0.0.1", "host-record=app2.test,10.0.0.2"]);
    const watched = watch(discoveryAt([server.address]), { srv: SRV, keep: "100ms" });
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.1", "10.0.0.2"]));
    await server.serve([
      "local=/test/",
      ...both,
      `srv-host=${SRV},app3.test,80`,
      "host-record=app1.test,10.0.0.1",
      "host-record=app3.test,10.0.0.3",
    ]);
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]));
    await server.serve(["local=/test/", both[0] ?? "", "host-record=app1.test,10.0.0.1"]);
    await eventually(() => expect(addresses(watched)).toEqual(["10.0.0.1"]));
  });

  test("are all found where there are more than a datagram carries, each target looked up", async () => {
    const targets = Array.from({ length: 150 }, (_, index) => index);
    const server = await dnsmasq(
      targets.flatMap((index) => [
        `srv-host=${SRV},app${index}.test,80`,
        `host-record=app${index}.test,10.0.0.${index + 1}`,
      ]),
    );
    const watched = watch(discoveryAt([server.address], { timeout: "5s" }), { srv: SRV });
    await eventually(() => expect(watched.answers.length).toBe(1));
    expect(addresses(watched)?.length).toBe(150);
    expect(watched.losses).toEqual([]);
  });
});
