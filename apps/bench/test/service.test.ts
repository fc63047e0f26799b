import { httpGet, requireServer } from "@lighthouse-sd/test-servers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AnsweringServer } from "../src/answering-server.js";
import { CleanUps } from "../src/clean-ups.js";
import { HEALTH_PATH } from "../src/health-answers.js";
import { measureRegistry } from "../src/measure-registry.js";

let server: AnsweringServer;
beforeEach(async () => {
  server = await AnsweringServer.start();
});
afterEach(() => server.stop());

describe("the answers to a check", () => {
  const check = async (): Promise<number | undefined> =>
    (await httpGet({ port: server.port, path: HEALTH_PATH })).status;

  it("fail until they are to pass, and again afterwards", async () => {
    expect(await check()).toBe(503);
    void server.health.pass(1);
    expect(await check()).toBe(200);
    server.health.fail();
    expect(await check()).toBe(503);
  });

  it("tell when the one was given that makes so many in a row, counted anew each time", async () => {
    for (let time = 0; time < 2; time++) {
      let passed: number | undefined;
      const settled = server.health.pass(2).then((at) => {
        passed = at;
      });
      await check();
      expect(passed).toBeUndefined();
      const before = performance.now();
      await check();
      await settled;
      expect(passed).toBeGreaterThanOrEqual(before);
      expect(passed).toBeLessThanOrEqual(performance.now());
      server.health.fail();
    }
  });
});

describe.skipIf(!requireServer("haproxy"))("a service that comes up", () => {
  it("is measured to its first answer through HAProxy, and leaves so that it can come up again", async () => {
    const cleanUps = new CleanUps();
    try {
      const result = await measureRegistry("file", {
        server,
        starts: { count: 2, ms: Number.POSITIVE_INFINITY },
        started: ({ stop }) => cleanUps.add(stop),
      });
      expect(result.startMs).toEqual([expect.any(Number), expect.any(Number)]);
      expect(Math.min(...result.startMs)).toBeGreaterThan(0);
    } finally {
      await cleanUps.run();
    }
  }, 240_000);
});
