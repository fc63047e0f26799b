import type { Peer } from "@lighthouse-sd/core";
import { expect, it } from "vitest";
import { AddressWatch } from "../src/reporter/address-watch.js";
import { ManualClock } from "./support/manual-clock.js";
import { RecordingLog } from "./support/recording-log.js";

interface Host {
  ip: string;
  full: string | Error;
}

function watchOf(host: Host, settings: { name?: string; ip?: string } = {}) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  let changes = 0;
  const watch = new AddressWatch({
    settings: { ...settings, peer_port: 1024 },
    source: {
      peer: async ({ name = "app", ip = host.ip }): Promise<Peer> => ({ name, ip, port: 1024 }),
      fullName: async () => {
        if (host.full instanceof Error) throw host.full;
        return host.full;
      },
    },
    clock,
    log,
    onChange: () => {
      changes++;
    },
  });
  return { watch, clock, log, changes: () => changes };
}

it("is the host's full name and the address of its default route", async () => {
  const { watch } = watchOf({ ip: "10.0.0.5", full: "app.example.com" });
  await watch.start();
  expect(watch.address).toEqual({ host: "app.example.com", peer: { name: "app", ip: "10.0.0.5", port: 1024 } });
  watch.stop();
});

it("is what runner.yaml says, loopback too", async () => {
  const { watch } = watchOf({ ip: "10.0.0.5", full: "app.example.com" }, { name: "me", ip: "127.0.0.1" });
  await watch.start();
  expect(watch.address).toEqual({ host: "me", peer: { name: "me", ip: "127.0.0.1", port: 1024 } });
  watch.stop();
});

it("takes a full name that comes late, and keeps it when the name service fails", async () => {
  const host: Host = { ip: "10.0.0.5", full: "app" };
  const { watch, clock } = watchOf(host);
  await watch.start();
  host.full = "app.example.com";
  await clock.advance(30_000);
  expect(watch.address?.host).toBe("app.example.com");
  host.full = "app";
  await clock.advance(60_000);
  expect(watch.address?.host).toBe("app.example.com");
  watch.stop();
});

it("is the address alone where the host's name is none that readers of a registry take", async () => {
  const { watch } = watchOf({ ip: "10.0.0.5", full: "-app-.example.com" });
  await watch.start();
  expect(watch.address?.host).toBe("10.0.0.5");
  watch.stop();
});

it("is waited for while there is loopback alone, said once", async () => {
  const host: Host = { ip: "127.0.0.1", full: "app.example.com" };
  const { watch, clock, log, changes } = watchOf(host);
  await watch.start();
  await clock.advance(10_000);
  expect(watch.address).toBeUndefined();
  expect(log.saying("no address but loopback")).toHaveLength(1);
  host.ip = "10.0.0.5";
  await clock.advance(2000);
  expect(watch.address?.peer.ip).toBe("10.0.0.5");
  expect(changes()).toBe(1);
  watch.stop();
  expect(clock.waiting()).toBe(0);
});

it("follows a new address, and keeps the last one while there is none", async () => {
  const host: Host = { ip: "10.0.0.5", full: "app" };
  const { watch, clock, changes } = watchOf(host);
  await watch.start();
  host.ip = "10.0.0.6";
  await clock.advance(30_000);
  expect(watch.address?.peer.ip).toBe("10.0.0.6");
  host.ip = "127.0.0.1";
  await clock.advance(60_000);
  expect(watch.address?.peer.ip).toBe("10.0.0.6");
  host.full = new Error("no name service");
  await clock.advance(60_000);
  expect([watch.address?.peer.ip, changes()]).toEqual(["10.0.0.6", 2]);
  watch.stop();
});
