import { Resolver } from "node:dns/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dnsmasq, requireServer, startDnsmasq, type TempDirectory, tempDirectory } from "../src/index.js";

describe.skipIf(!requireServer("dnsmasq"))("dnsmasq", () => {
  let directory: TempDirectory;
  let server: Dnsmasq;

  beforeAll(async () => {
    directory = await tempDirectory();
    server = await startDnsmasq({ directory: directory.path, records: ["host-record=app1.test,10.0.0.5,30"] });
  });

  afterAll(async () => {
    await server.kill();
    await directory.remove();
  });

  function lookUp(name: string, limits: { timeout: number; tries: number } = { timeout: 20_000, tries: 1 }) {
    const resolver = new Resolver(limits);
    resolver.setServers([server.address]);
    return resolver.resolve4(name, { ttl: true });
  }

  test("it answers what it was told, and refuses the rest", async () => {
    expect(await lookUp("app1.test")).toEqual([{ address: "10.0.0.5", ttl: 30 }]);
    await expect(lookUp("elsewhere.example")).rejects.toThrow("EREFUSED");
  });

  test("it answers other records after they were changed", async () => {
    await server.serve(["host-record=app1.test,10.0.0.6,30", "local=/test/"]);
    expect(await lookUp("app1.test")).toEqual([{ address: "10.0.0.6", ttl: 30 }]);
    await expect(lookUp("app2.test")).rejects.toThrow("ENOTFOUND");
  });

  test("it answers other hosts without a pause", async () => {
    await server.setHosts(["10.0.0.7 app7.test"]);
    expect(await lookUp("app7.test")).toEqual([{ address: "10.0.0.7", ttl: 0 }]);
    await server.setHosts(["10.0.0.8 app7.test", "10.0.0.9 app7.test"]);
    expect((await lookUp("app7.test")).map(({ address }) => address).sort()).toEqual(["10.0.0.8", "10.0.0.9"]);
    await server.setHosts([]);
    await expect(lookUp("app7.test")).rejects.toThrow("ENOTFOUND");
  });

  test("paused it does not answer, killed its port refuses, started again it has its records", async () => {
    server.pause();
    await expect(lookUp("app1.test", { timeout: 200, tries: 1 })).rejects.toThrow("ETIMEOUT");
    server.resume();
    await server.kill();
    await expect(lookUp("app1.test")).rejects.toThrow("ECONNREFUSED");
    await server.start();
    expect(await lookUp("app1.test")).toEqual([{ address: "10.0.0.6", ttl: 30 }]);
  });
});
