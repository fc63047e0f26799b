import { stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../src/clock.js";
import type { DrainReply, DrainRequest } from "../src/drains/decide-drain.js";
import type { ExplainReply } from "../src/explain/explain-request.js";
import type { ExplainRequest } from "../src/explain/explanation.js";
import type { ReleaseReply } from "../src/guard/decide-release.js";
import { answerRequest } from "../src/http/answer-request.js";
import { isKnownHost } from "../src/http/host-names.js";
import { HttpEndpoints } from "../src/http/http-endpoints.js";
import { parseListenAddress } from "../src/http/listen-address.js";
import type { RunnerState } from "../src/http/status.js";
import { Journal } from "../src/journal/journal.js";
import { unknownCluster, withAnswer, withLoss } from "../src/membership/cluster-state.js";
import { newBalancerState } from "../src/sync/balancer-state.js";
import { judgementAt } from "./support/judgement.js";
import { temporaryDirectory } from "./support/membership-house.js";
import { RecordingLog } from "./support/recording-log.js";
import { goodRecord } from "./support/sample-nodes.js";
import { sampleServiceDrain, sampleServices } from "./support/sample-services.js";

const AT = Date.UTC(2026, 0, 1);
const NOW = "2026-01-01T00:00:00.000Z";

function sampleState(): RunnerState {
  const live = withAnswer(
    unknownCluster(AT),
    [goodRecord("app1", "10.0.0.5", 8000), { source: "bad", value: "x" }],
    judgementAt(AT),
  );
  return {
    version: "1.0.0",
    ready: true,
    startedAt: AT,
    clusters: [
      { name: "web", discovery: "file", state: live, drains: [] },
      { name: "db", discovery: "zk", state: withLoss(live, "refused", AT + 1000), drains: [] },
      { name: "new", discovery: "zk", state: unknownCluster(AT), drains: [] },
    ],
    balancers: new Map([
      [
        "haproxy",
        {
          ...newBalancerState("haproxy", "balancers/haproxy.yaml"),
          converged: true,
          generation: 12,
          appliedGeneration: 12,
          lastSync: AT,
          reloads: 1,
          everInLine: true,
          lastReload: { at: AT, reason: "a new frontend", code: "structure" },
        },
      ],
    ]),
    services: sampleServices(AT),
    problems: [{ file: "clusters/web.yaml", line: 7, column: 9, message: "haproxy.port: wrong" }],
    notices: [],
  };
}

async function samplePage(): Promise<{ type: string; body: string }> {
  return { type: "text/plain; version=0.0.4; charset=utf-8", body: "up 1\n" };
}

/** Knows the node app1:8000 of web alone. */
async function sampleDrain({ cluster, node, drained }: DrainRequest): Promise<DrainReply> {
  const known = cluster === "web" && node === "app1:8000";
  if (!known) return { done: false, message: "there is none" };
  return { done: true, node, changed: true, message: drained ? "out" : "back" };
}

/** Knows cluster web alone. */
async function sampleExplain({ cluster, node }: ExplainRequest): Promise<ExplainReply> {
  if (cluster !== "web") return { unknown: "there is no such cluster" };
  return { explanation: { cluster, node: node ?? null, at: NOW, ok: true, answer: "all is well", steps: [] } };
}

/** Holds nodes in web alone. */
function sampleRelease(cluster: string): ReleaseReply {
  if (cluster !== "web") return { done: false, isKnown: cluster === "db", message: "nothing is held" };
  return { done: true, released: ["app2:8000"], nodes: 1, message: "released app2:8000" };
}

async function ask(
  url: string,
  more: { method?: string; knownHost?: boolean; overSocket?: boolean; state?: RunnerState } = {},
) {
  const { method = "GET", knownHost = true, overSocket = false, state = sampleState() } = more;
  return answerRequest(
    { method, url, knownHost, overSocket, remote: false, token: "unset", ownHeader: false, sameOrigin: true },
    {
      state: () => state,
      journal: new Journal(systemClock),
      metrics: samplePage,
      drain: sampleDrain,
      release: sampleRelease,
      explain: sampleExplain,
      drainService: sampleServiceDrain,
    },
  );
}

describe("answers", () => {
  test("/api/v1/status tells everything, in the shape that tools rely on", async () => {
    const { status, body, type } = await ask("/api/v1/status");
    expect([status, type]).toEqual([200, "application/json; charset=utf-8"]);
    expect(JSON.parse(body)).toEqual({
      version: "1.0.0",
      ready: true,
      startedAt: "2026-01-01T00:00:00.000Z",
      clusters: {
        web: {
          discovery: "file",
          source: "live",
          since: "2026-01-01T00:00:00.000Z",
          error: null,
          nodes: [{ name: "app1:8000", ip: "10.0.0.5", port: 8000 }],
          drains: [],
          held: [],
          quarantined: [{ source: "bad", reason: expect.stringContaining("must be JSON") }],
          dropped: [],
        },
        db: expect.objectContaining({ source: "lost", since: "2026-01-01T00:00:01.000Z", error: "refused" }),
        new: expect.objectContaining({ source: "waiting", nodes: null }),
      },
      balancers: {
        haproxy: {
          type: "haproxy",
          converged: true,
          generation: 12,
          appliedGeneration: 12,
          lastSync: "2026-01-01T00:00:00.000Z",
          reloads: 1,
          lastReload: { at: "2026-01-01T00:00:00.000Z", reason: "a new frontend", code: "structure" },
          problems: [],
          lastError: null,
        },
      },
      services: {
        shop: {
          discovery: "zk",
          drainedSince: NOW,
          ports: [
            {
              port: 80,
              state: "up",
              since: NOW,
              reason: null,
              node: "app:80",
              registration: { state: "registered", since: NOW, error: null },
              checks: {
                http: { state: "passing", since: NOW, inARow: 4, lastResult: { passed: true, at: NOW, reason: null } },
              },
            },
            {
              port: 81,
              state: "down",
              since: NOW,
              reason: "check http: refused",
              node: null,
              registration: { state: "none", since: NOW, error: null },
              checks: { http: { state: "failing", since: NOW, inARow: 3, lastResult: expect.anything() } },
            },
            {
              port: 82,
              state: "up",
              since: NOW,
              reason: null,
              node: "app:82",
              registration: { state: "lost", since: NOW, error: "no answer" },
              checks: {},
            },
            expect.objectContaining({
              port: 83,
              state: "starting",
              checks: { http: { state: "unknown", since: NOW, inARow: 0, lastResult: null } },
            }),
          ],
        },
      },
      config: {
        errors: [{ file: "clusters/web.yaml", line: 7, column: 9, message: "haproxy.port: wrong" }],
        notices: [],
      },
    });
  });

  test("/readyz says what is waited for, and what a ready runner does without", async () => {
    const state = sampleState();
    const lines = (await ask("/readyz?verbose")).body.split("\n");
    expect(lines[0]).toBe("ready");
    expect(lines).toContain(
      "cluster db: lost: the 1 nodes that zk named until 2026-01-01T00:00:01.000Z stand: refused",
    );
    expect(lines).toContain("cluster new: nothing is known from zk yet");
    const failing = { ...newBalancerState("haproxy", "x"), lastError: "socket gone" };
    const waiting = await ask("/readyz", {
      state: { ...state, ready: false, balancers: new Map([["haproxy", failing]]) },
    });
    expect(waiting.status).toBe(503);
    expect(waiting.body).toContain("balancer haproxy: its first sync is not done: socket gone");
    expect(lines.filter((line) => line.startsWith("service"))).toEqual([
      "service shop: port 81 is down: check http: refused",
      "service shop: port 82 is up and not registered: no answer",
      "service shop: port 83: its checks have not decided yet",
    ]);
  });

  test.each([
    ["GET", "/healthz", true, 200],
    ["HEAD", "/healthz", true, 200],
    ["GET", "/metrics", true, 200],
    ["GET", "/elsewhere", true, 404],
    ["POST", "/healthz", true, 405],
    ["GET", "/healthz", false, 421],
    ["GET", "/elsewhere", false, 421],
  ])("%s %s, known host %s: %i", async (method, url, knownHost, status) => {
    expect((await ask(url, { method, knownHost })).status).toBe(status);
  });

  test("a node that is drained here is marked; a drain of a node that has left is listed", async () => {
    const [web] = sampleState().clusters;
    const drains = [
      { name: "app1:8000", ip: "10.0.0.5", port: 8000, since: AT },
      { name: "gone:80", ip: "10.0.0.9", port: 80, since: AT },
    ];
    const clusters = web === undefined ? [] : [{ ...web, drains }];
    const { body } = await ask("/api/v1/status", { state: { ...sampleState(), clusters } });
    expect(JSON.parse(body).clusters.web).toMatchObject({
      nodes: [{ name: "app1:8000", ip: "10.0.0.5", port: 8000, drained: true }],
      drains: [
        { name: "app1:8000", since: "2026-01-01T00:00:00.000Z" },
        { name: "gone:80", since: "2026-01-01T00:00:00.000Z" },
      ],
    });
  });

  const SERVICE = "/api/v1/services/shop/drain";
  test.each([
    ["POST", SERVICE, true, 200, { service: "shop", drained: true, changed: true, message: "out" }],
    ["DELETE", SERVICE, true, 200, { service: "shop", drained: false, changed: true, message: "back" }],
    ["POST", "/api/v1/services/x%2Fy/drain", true, 404, { error: "there is none" }],
    ["POST", SERVICE, false, 403, { error: expect.stringContaining("--state-dir") }],
  ])("a service: %s %s, over the socket %s: %i", async (method, url, overSocket, status, expected) => {
    const answer = await ask(url, { method, overSocket });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, expected]);
  });

  test("a service: other methods are named", async () => {
    const answer = await ask(SERVICE, { method: "PUT", overSocket: true });
    expect([answer.status, answer.headers]).toEqual([405, { allow: "POST, DELETE" }]);
  });

  const DRAIN = "/api/v1/clusters/web/nodes/app1%3A8000/drain";
  const RELEASE = "/api/v1/clusters/web/release";
  const CHANGED = { cluster: "web", node: "app1:8000", changed: true };
  test.each<[string, string, boolean, number, unknown]>([
    ["POST", DRAIN, true, 200, { ...CHANGED, drained: true, message: "out" }],
    ["DELETE", DRAIN, true, 200, { ...CHANGED, drained: false, message: "back" }],
    ["POST", DRAIN.replace("drain", "undrain"), true, 200, { ...CHANGED, drained: false, message: "back" }],
    ["POST", DRAIN.replace("web", "%zz"), true, 404, { error: "there is none" }],
    ["POST", DRAIN, false, 403, { error: expect.stringContaining("unix socket") }],
    ["DELETE", DRAIN, false, 403, { error: expect.stringContaining("unix socket") }],
    ["POST", RELEASE, true, 200, { cluster: "web", released: ["app2:8000"], nodes: 1, message: "released app2:8000" }],
    ["POST", RELEASE.replace("web", "db"), true, 409, { error: "nothing is held" }],
    ["POST", RELEASE.replace("web", "none"), true, 404, { error: "nothing is held" }],
    ["POST", RELEASE, false, 403, { error: expect.stringContaining("unix socket") }],
  ])("%s %s, over the socket %s: %i", async (method, url, overSocket, status, body) => {
    const answer = await ask(url, { method, overSocket });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, body]);
  });

  test.each<[string, string, number, unknown]>([
    ["GET", "/api/v1/clusters/web/explain", 200, expect.objectContaining({ node: null, answer: "all is well" })],
    ["GET", "/api/v1/clusters/web/nodes/app1%3A80/explain", 200, expect.objectContaining({ node: "app1:80" })],
    ["GET", "/api/v1/clusters/wbe/explain", 404, { error: "there is no such cluster" }],
  ])("%s %s: %i", async (method, url, status, body) => {
    const answer = await ask(url, { method });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, body]);
    expect((await ask(url, { method: "POST" })).status).toBe(405);
  });

  test("a drain is asked for by POST or DELETE, and of a known host", async () => {
    const answer = await ask(DRAIN, { overSocket: true });
    expect([answer.status, answer.headers]).toEqual([405, { allow: "POST, DELETE" }]);
    expect((await ask(DRAIN, { method: "POST", overSocket: true, knownHost: false })).status).toBe(421);
  });

  test("a release is asked for by POST, and of a known host", async () => {
    const answer = await ask(RELEASE, { overSocket: true });
    expect([answer.status, answer.headers]).toEqual([405, { allow: "POST" }]);
    expect((await ask(RELEASE, { method: "POST", overSocket: true, knownHost: false })).status).toBe(421);
  });

  test("a name such as __proto__ is a name", async () => {
    const state = {
      ...sampleState(),
      clusters: [{ name: "__proto__", discovery: "x", state: unknownCluster(AT), drains: [] }],
    };
    expect((await ask("/api/v1/status", { state })).body).toContain('"__proto__":{"discovery":"x"');
  });

  test("10,000 nodes are answered whole", async () => {
    const records = Array.from({ length: 10_000 }, (_, index) =>
      goodRecord(`n${index}`, `10.1.${index >> 8}.${index & 255}`),
    );
    const state = withAnswer(unknownCluster(AT), records, judgementAt(AT));
    const { body } = await ask("/api/v1/status", {
      state: { ...sampleState(), clusters: [{ name: "big", discovery: "x", state, drains: [] }] },
    });
    expect(JSON.parse(body).clusters.big.nodes).toHaveLength(10_000);
  });
});

test.each([
  ["localhost", true],
  ["localhost:9470", true],
  ["LOCALHOST:1", true],
  ["127.0.0.1:9470", true],
  ["[::1]:9470", true],
  ["127.0.0.2", true],
  ["evil.example", false],
  ["localhost.evil.example", false],
  ["127.0.0.1.evil.example:9470", false],
  ["127.0.0.1@evil.example", false],
  ["", false],
  [undefined, false],
])("a request for the host %s: answered %s", (header, known) => {
  expect(isKnownHost(header, "127.0.0.2")).toBe(known);
});

test.each<[string, unknown]>([
  ["127.0.0.1:9470", { host: "127.0.0.1", port: 9470 }],
  ["localhost:0", { host: "127.0.0.1", port: 0 }],
  ["[::1]:80", { host: "::1", port: 80 }],
  ["off", "off"],
  ["0.0.0.0:9470", { wrong: expect.stringContaining("0.0.0.0 is not a loopback address") }],
  ["10.0.0.5:9470", { wrong: expect.stringContaining("use 127.0.0.1:9470") }],
  ["[::]:9470", { wrong: expect.stringContaining("not a loopback address") }],
  ["127.0.0.1", { wrong: expect.stringContaining("ADDRESS:PORT") }],
  ["127.0.0.1:70000", { wrong: expect.stringContaining("ADDRESS:PORT") }],
  ["127.evil.example:80", { wrong: expect.stringContaining("IP address or localhost") }],
  ["::1:80", { wrong: expect.stringContaining("ADDRESS:PORT") }],
  ["", { wrong: expect.stringContaining("ADDRESS:PORT") }],
])("the address to listen on %j", (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

describe("the endpoints", () => {
  function endpoints() {
    const log = new RecordingLog();
    const http = new HttpEndpoints(log, systemClock, {
      state: sampleState,
      journal: new Journal(systemClock),
      metrics: samplePage,
      drain: sampleDrain,
      release: sampleRelease,
      explain: sampleExplain,
      drainService: sampleServiceDrain,
    });
    onTestFinished(() => http.close());
    return { http, log };
  }

  function get(options: object, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      request({ path: "/healthz", agent: false, headers, ...options }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part) => {
          body += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      })
        .on("error", reject)
        .end();
    });
  }

  test("a page of another site whose name points here is turned away", async () => {
    const { http } = endpoints();
    await http.listen("127.0.0.1:0");
    const port = http.port();
    expect(await get({ port, host: "127.0.0.1" })).toEqual({ status: 200, body: "ok\n" });
    expect((await get({ port, host: "127.0.0.1" }, { host: "evil.example" })).status).toBe(421);
  });

  test("moving it opens the new place and closes the old one; a wrong place changes nothing", async () => {
    const { http, log } = endpoints();
    await http.listen("127.0.0.1:0");
    const port = http.port();
    await http.listen("0.0.0.0:80");
    expect(log.saying("not a loopback address")).toHaveLength(1);
    expect((await get({ port, host: "127.0.0.1" })).status).toBe(200);
    await http.listen("off");
    await expect(get({ port, host: "127.0.0.1" })).rejects.toThrow("ECONNREFUSED");
  });

  test("a port that is taken is a warning", async () => {
    const { http, log } = endpoints();
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    await http.listen(`127.0.0.1:${(other.address() as { port: number }).port}`);
    expect(log.lines.filter((line) => line.startsWith("warn")).join()).toContain(
      "the port is taken by another process",
    );
    expect(http.port()).toBeUndefined();
  });

  test("an answer that cannot be made is an error of its request, not of the process", async () => {
    const broken = {
      state: sampleState,
      journal: new Journal(systemClock),
      drain: sampleDrain,
      release: sampleRelease,
      explain: sampleExplain,
      drainService: sampleServiceDrain,
      metrics: () => Promise.reject(new Error("no numbers")),
    };
    const http = new HttpEndpoints(new RecordingLog(), systemClock, broken);
    onTestFinished(() => http.close());
    await http.listen("127.0.0.1:0");
    const place = { host: "127.0.0.1", port: http.port() };
    expect(await get({ ...place, path: "/metrics" })).toEqual({ status: 500, body: "no numbers\n" });
    expect((await get(place)).status).toBe(200);
  });

  test("the unix socket is this user's alone, and replaces one that was left behind", async () => {
    const { http } = endpoints();
    const path = join(await temporaryDirectory(), "writer.sock");
    await writeFile(path, "left behind");
    await http.listenOnSocket(path);
    const { mode } = await stat(path);
    expect(mode & 0o777).toBe(0o600);
    expect((await get({ socketPath: path })).body).toBe("ok\n");
    await http.close();
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  test("a path too long for a socket is a warning that says what to do", async () => {
    const { http, log } = endpoints();
    await http.listenOnSocket(join(await temporaryDirectory(), "x".repeat(120)));
    expect(log.lines.join()).toContain("use a shorter --state-dir");
  });

  test("a client that sends rubbish, or far too much, is cut off, and the next one is answered", async () => {
    const { http } = endpoints();
    await http.listen("127.0.0.1:0");
    const port = http.port() ?? 0;
    for (const rubbish of ["\u0000\u0001\r\n\r\n", `GET /${"x".repeat(20_000)} HTTP/1.1\r\n\r\n`]) {
      const socket = connect(port, "127.0.0.1");
      socket.write(rubbish);
      await new Promise((resolve) => socket.on("error", resolve).on("close", resolve).resume());
    }
    expect((await get({ port, host: "127.0.0.1" })).status).toBe(200);
  });
});
