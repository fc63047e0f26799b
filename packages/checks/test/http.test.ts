import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { TLSSocket } from "node:tls";
import { certificateAuthority, eventually, freePort } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test } from "vitest";
import HttpCheck from "../src/http-check.js";
import { configured, directoryForTest, listening, oddServer, outcome, outcomeOf } from "./checking.js";

/** A web server that notes what it is asked, and answers with `respond`. */
async function webServer(
  respond: RequestListener,
): Promise<{ readonly port: number; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    respond(request, response);
  });
  return { port: await listening(server), asked };
}

function status(code: number, headers = {}): RequestListener {
  return (_request, response) => response.writeHead(code, headers).end();
}

function body(...parts: readonly string[]): RequestListener {
  return (_request, response) => {
    for (const part of parts) response.write(part);
    response.end();
  };
}

const HEALTH = { uri: "/health" };

describe("an answer", () => {
  test.each<readonly [string, RequestListener, object, string | RegExp]>([
    ["with 200 passes", status(200), HEALTH, "passed"],
    ["with 204 passes", status(204), HEALTH, "passed"],
    ["with 299 passes", status(299), HEALTH, "passed"],
    [
      "with 301 fails, and is not followed",
      status(301, { Location: "/" }),
      HEALTH,
      /: wanted status 200-299, got 301 "Moved Permanently"$/,
    ],
    [
      "with 404 fails",
      status(404),
      HEALTH,
      /^GET http:\/\/127\.0\.0\.1:\d+\/health: wanted status 200-299, got 404 "Not Found"$/,
    ],
    ["with 503 fails", status(503), HEALTH, /wanted status 200-299, got 503 "Service Unavailable"$/],
    ["with a status that is wanted passes", status(401), { ...HEALTH, status: 401 }, "passed"],
    ["with one of several passes", status(404), { ...HEALTH, status: ["200-204", 404] }, "passed"],
    [
      "with none of several fails",
      status(205),
      { ...HEALTH, status: ["200-204", 404] },
      /wanted status 200-204, 404, got 205/,
    ],
    [
      "to HEAD passes",
      status(200, { "Content-Length": "5" }),
      { ...HEALTH, method: "HEAD", body: undefined },
      "passed",
    ],
    ["with the text that is wanted passes", body('{"status": "UP"}'), { ...HEALTH, body: '"UP"' }, "passed"],
    ["with that text in two pieces passes", body("all is w", "ell"), { ...HEALTH, body: "is well" }, "passed"],
    [
      "without that text fails",
      body("DOWN"),
      { ...HEALTH, body: "UP" },
      /: wanted a body with "UP", not found in its first 65536 bytes$/,
    ],
    [
      "with that text too far behind fails",
      body("x".repeat(65_536), "UP"),
      { ...HEALTH, body: "UP" },
      /not found in its first 65536/,
    ],
    [
      "with another status and that text fails",
      (_q, r) => r.writeHead(500).end("UP"),
      { ...HEALTH, body: "UP" },
      /wanted status 200-299, got 500/,
    ],
    [
      "that switches the protocol passes where that is wanted",
      (_q, r) => r.writeHead(101, { Upgrade: "x", Connection: "Upgrade" }).end(),
      { ...HEALTH, headers: { Upgrade: "x", Connection: "Upgrade" }, status: 101 },
      "passed",
    ],
  ])("%s", async (_case, respond, config, wanted) => {
    const { port } = await webServer(respond);
    expect(await outcome(HttpCheck, JSON.parse(JSON.stringify(config)), port)).toMatch(wanted);
  });

  test.each<readonly [string, string, RegExp]>([
    ["is no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", /^GET http:.*: Parse Error.*while waiting for the answer$/],
    ["is cut off", "HTTP/1.1 200 OK\r\nContent-Le", /while waiting for the answer$/],
    [
      "has headers without end",
      `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(20_000)}`,
      /Header overflow while waiting for the answer$/,
    ],
  ])("that %s fails", async (_case, answer, wanted) => {
    const { port } = await oddServer((socket) => socket.once("data", () => socket.end(answer)));
    expect(await outcome(HttpCheck, HEALTH, port)).toMatch(wanted);
  });
});

describe("the request", () => {
  test("has the method, target and headers that are configured", async () => {
    const { port, asked } = await webServer(status(200));
    const config = {
      uri: "/a%20b?c=1",
      method: "post",
      host: "app.example.com:8443",
      headers: { "X-Probe": "lighthouse" },
    };
    expect(await outcome(HttpCheck, config, port)).toBe("passed");
    expect(asked.map(({ method, url }) => [method, url])).toEqual([["POST", "/a%20b?c=1"]]);
    expect(asked[0]?.headers).toMatchObject({
      host: "app.example.com:8443",
      "x-probe": "lighthouse",
      connection: "close",
    });
  });

  test("names the service's host and port where no other is given", async () => {
    const { port, asked } = await webServer(status(200));
    await outcome(HttpCheck, HEALTH, port);
    expect(asked[0]?.headers.host).toBe(`127.0.0.1:${port}`);
  });

  test("asks a proxy for the whole URL that is configured", async () => {
    const { port, asked } = await webServer(status(200));
    expect(await outcome(HttpCheck, { uri: "http://partner.example/status" }, port)).toBe("passed");
    expect([asked[0]?.url, asked[0]?.headers.host]).toEqual(["http://partner.example/status", "partner.example"]);
  });

  test("leaves no connection behind, though the server would keep it", async () => {
    const sockets = new Set<unknown>();
    const server = createServer({ keepAlive: true }, status(200));
    server.on("connection", (socket) => sockets.add(socket) && socket.once("close", () => sockets.delete(socket)));
    const port = await listening(server);
    for (let count = 0; count < 5; count++) expect(await outcome(HttpCheck, HEALTH, port)).toBe("passed");
    await eventually(() => expect(sockets.size).toBe(0));
  });

  test("fails where nothing listens, and says so", async () => {
    const port = await freePort();
    expect(await outcome(HttpCheck, HEALTH, port)).toBe(
      `GET http://127.0.0.1:${port}/health: connection refused (nothing listens there) while connecting`,
    );
  });
});

describe("at its deadline a check fails, says how far it got, and its connection is closed", () => {
  test.each<readonly [string, string, string]>([
    ["where the server says nothing", "", "waiting for the answer"],
    ["where the headers do not end", "HTTP/1.1 200 OK\r\nX: y\r\n", "waiting for the answer"],
    [
      "where the body does not end",
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsoon",
      "reading the body of the answer",
    ],
  ])("%s", async (_case, sent, stage) => {
    const { port, connections } = await oddServer((socket) => {
      socket.once("data", () => socket.write(sent));
      socket.on("end", () => socket.end());
    });
    const stop = new AbortController();
    const performing = outcomeOf(await configured(HttpCheck, { ...HEALTH, body: "UP" }), port, stop.signal);
    await eventually(() => expect(connections[0]?.bytesWritten).toBe(sent.length));
    await eventually(() => expect(connections[0]?.bytesRead).toBeGreaterThan(0));
    setTimeout(() => stop.abort(), 200);
    expect(await performing).toBe(`GET http://127.0.0.1:${port}/health: its time was up while ${stage}`);
    await eventually(() => expect(connections[0]?.closed).toBe(true));
  });

  test("before it begins nothing is opened", async () => {
    const { port, asked } = await webServer(status(200));
    expect(await outcomeOf(await configured(HttpCheck, HEALTH), port, AbortSignal.abort())).toMatch(/its time was up/);
    expect(asked).toEqual([]);
  });
});

describe("https", () => {
  async function tlsServer(
    more: ServerOptions = {},
  ): Promise<{ readonly port: number; readonly directory: string; readonly names: unknown[] }> {
    const directory = await directoryForTest();
    const { certFile, keyFile } = await (await certificateAuthority(directory)).issue("app1.test");
    await (await certificateAuthority(directory, "other")).issue("stranger.test");
    const names: unknown[] = [];
    const [cert, key, ca] = await Promise.all([certFile, keyFile, `${directory}/ca.crt`].map((file) => readFile(file)));
    const server = createTlsServer({ cert, key, ca, ...more }, (request, response) => {
      names.push((request.socket as TLSSocket).servername);
      response.end("UP");
    });
    onTestFinished(() => server.closeAllConnections());
    return { port: await listening(server), directory, names };
  }

  test.each<unknown>([true, "yes", "YES", "on", 1])(
    "%j asks over TLS, whoever has signed the certificate",
    async (https) => {
      const { port } = await tlsServer();
      expect(await outcome(HttpCheck, { ...HEALTH, https, body: "UP" }, port)).toBe("passed");
    },
  );

  test.each<unknown>([false, "no", "off", 0])("%j asks in plain text", async (https) => {
    const { port } = await webServer(status(200));
    expect(await outcome(HttpCheck, { ...HEALTH, https }, port)).toBe("passed");
  });

  test.each<readonly [string, object, string | RegExp]>([
    ["signed by the given authority passes", { tls: { ca_file: "ca.crt" } }, "passed"],
    [
      "of another authority fails",
      { tls: { ca_file: "other.crt" } },
      /^GET https:.*: self-signed certificate in certificate chain while connecting$/,
    ],
    [
      "of an authority that nobody knows fails where it is to be valid",
      { tls: { verify: true } },
      /self-signed certificate in certificate chain/,
    ],
    ["for the name that is asked for passes", { host: "app1.test:8443", tls: { ca_file: "ca.crt" } }, "passed"],
    ["for another name fails", { host: "app2.test", tls: { ca_file: "ca.crt" } }, /app2\.test/],
    [
      "for the configured server name passes",
      { host: "app2.test", tls: { ca_file: "ca.crt", server_name: "app1.test" } },
      "passed",
    ],
    [
      "for another name passes where it is not verified",
      { host: "app2.test", tls: { ca_file: "ca.crt", verify: false } },
      "passed",
    ],
    [
      "whose authority's file is missing fails, and the file is named",
      { tls: { ca_file: "nothing.crt" } },
      /cannot read the certificate or key \/.*nothing\.crt: ENOENT \(there is no such file\)/,
    ],
  ])("a certificate %s", async (_case, config, wanted) => {
    const { port, directory } = await tlsServer();
    expect(await outcome(HttpCheck, { ...HEALTH, https: true, ...config }, port, directory)).toMatch(wanted);
  });

  test("the name asked for is the one that is configured", async () => {
    const { port, names } = await tlsServer();
    await outcome(HttpCheck, { ...HEALTH, https: true, host: "app2.test:1" }, port);
    await outcome(HttpCheck, { ...HEALTH, https: true, host: "app2.test", tls: { server_name: "app1.test" } }, port);
    await outcome(HttpCheck, { ...HEALTH, https: true }, port);
    expect(names).toEqual(["app2.test", "app1.test", false]);
  });

  test("a server that wants a certificate from its clients gets the configured one", async () => {
    const { port, directory } = await tlsServer({ requestCert: true, rejectUnauthorized: true });
    const tls = { cert_file: "app1.test.crt", key_file: "app1.test.key" };
    expect(await outcome(HttpCheck, { ...HEALTH, https: true, tls }, port, directory)).toBe("passed");
    expect(await outcome(HttpCheck, { ...HEALTH, https: true }, port, directory)).toMatch(/^GET https:/);
  });

  test("asked of a server without TLS fails", async () => {
    const { port } = await webServer(status(200));
    expect(await outcome(HttpCheck, { ...HEALTH, https: "yes" }, port)).toMatch(
      /: no TLS is spoken there, or no version of it that both know while connecting$/,
    );
  });
});
