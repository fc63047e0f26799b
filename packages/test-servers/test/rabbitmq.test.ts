import { existsSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { requireServer, startRabbitmqSite } from "../src/index.js";

test.skipIf(!requireServer("rabbitmq"))(
  "a broker serves with an epmd of its own, comes back after a kill, and leaves nothing",
  async () => {
    const site = await startRabbitmqSite();
    onTestFinished(() => site.stop());
    const broker = await site.broker("mq1");
    await broker.start();
    await broker.serves();
    expect(await broker.cluster()).toEqual({ members: ["mq1@localhost"], running: ["mq1@localhost"] });
    await broker.kill();
    expect(broker.running).toBe(false);
    await expect(broker.ctl("await_startup", "--timeout", "1")).rejects.toThrow();
    await broker.start();
    await broker.serves();
    await site.stop();
    expect(existsSync(site.directory)).toBe(false);
  },
  600_000,
);
