import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../src/free-port.js";
import { type HttpBackend, httpServer } from "../src/http-backend.js";
import { startHttpLoad } from "../src/http-load.js";
import { httpGet } from "../src/http-request.js";
import { waitFor } from "../src/wait-for.js";

const backends: HttpBackend[] = [];
afterEach(async () => {
  await Promise.all(backends.splice(0).map((backend) => backend.stop()));
});

async function backend(): Promise<HttpBackend> {
  const started = await httpServer({ name: "app1" });
  backends.push(started);
  return started;
}

const pace = { freshPerSecond: 200, keepAliveConnections: 4, keepAlivePerSecond: 200 };

describe("the load", () => {
  it("counts every answer once, on fresh and on kept connections", async () => {
    const { port } = await backend();
    const load = startHttpLoad({ port, ...pace });
    await waitFor(() => load.answered >= 100, { what: "100 answers" });
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect(report.answers).toEqual({ app1: report.requests });
  });

  it.each([
    { mode: "fail", reason: /^status 500$/ },
    { mode: "close", reason: /socket hang up|ECONNRESET/ },
  ] as const)("counts every request to a backend that can only $mode, with the reason", async ({ mode, reason }) => {
    const server = await backend();
    server.mode = mode;
    const load = startHttpLoad({ port: server.port, ...pace });
    await waitFor(() => server.requests >= 20, { what: "20 requests" });
    const report = await load.stop();
    expect(report.failures).toHaveLength(report.requests);
    expect(new Set(report.failures.map(({ connection }) => connection))).toEqual(new Set(["fresh", "keep-alive"]));
    for (const failure of report.failures) expect(failure.reason).toMatch(reason);
  });

  it("counts a port that nothing listens on", async () => {
    const load = startHttpLoad({ port: await freePort(), ...pace, maxRequests: 10 });
    const report = await waitFor(() => load.stop(), { what: "the load to stop" });
    expect(report.answers).toEqual({});
    for (const failure of report.failures) expect(failure.reason).toMatch(/ECONNREFUSED.*\(connecting\)/);
  });

  it("counts kept connections that a server closes while they are idle", async () => {
    const server = await backend();
    const load = startHttpLoad({
      port: server.port,
      freshPerSecond: 0,
      keepAliveConnections: 3,
      keepAlivePerSecond: 30,
    });
    await waitFor(() => load.answered >= 6, { what: "answers on every connection" });
    server.closeIdleConnections();
    await waitFor(() => load.answered >= 12, { what: "answers on new connections" });
    const { unannouncedCloses } = await load.stop();
    expect(unannouncedCloses).toBeGreaterThan(0);
    expect(unannouncedCloses).toBeLessThanOrEqual(3);
  });

  it("does not count those that it closes itself, nor closes that were announced", async () => {
    const server = await backend();
    const load = startHttpLoad({
      port: server.port,
      freshPerSecond: 50,
      keepAliveConnections: 3,
      keepAlivePerSecond: 60,
    });
    await waitFor(() => load.answered >= 20, { what: "20 answers" });
    expect((await load.stop()).unannouncedCloses).toBe(0);
  });

  it("ends by itself after as many requests as it was given", async () => {
    const server = await backend();
    const load = startHttpLoad({ port: server.port, ...pace, maxRequests: 25 });
    await waitFor(() => load.answered === 25, { what: "25 answers" });
    expect((await load.stop()).requests).toBe(25);
  });
});

describe("a backend", () => {
  it("that hangs is told from one that answers", async () => {
    const server = await backend();
    server.mode = "hang";
    await expect(httpGet({ port: server.port, timeoutMs: 1_000 })).rejects.toThrow(
      "no answer within 1000 ms (waiting for the answer)",
    );
    server.mode = "answer";
    await expect(httpGet({ port: server.port })).resolves.toEqual({ status: 200, body: "app1", closes: true });
  });
});
