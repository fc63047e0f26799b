import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { type CheckedService, checkConformance } from "@lighthouse-sd/conformance";
import { freePort, requireServer, startRedis, tempDirectory } from "@lighthouse-sd/test-servers";
import { describe, it } from "vitest";
import HttpCheck from "../src/http-check.js";
import RedisCheck from "../src/redis-check.js";
import TcpCheck from "../src/tcp-check.js";

describe("http", () => {
  checkConformance(
    { describe, it },
    {
      plugin: HttpCheck,
      invalidConfigs: [
        { config: {}, path: "" },
        { config: { uri: 5 }, path: "uri" },
        { config: { uri: "/", status: 99 }, path: "status" },
        { config: { uri: "/", urn: "/" }, path: "urn" },
      ],
      create: httpService,
    },
  );
});

describe("tcp that asks", () => {
  checkConformance(
    { describe, it },
    {
      plugin: TcpCheck,
      invalidConfigs: [
        { config: { query: "ruok" }, path: "" },
        { config: { response: "" }, path: "response" },
      ],
      create: () => tcpService({ query: "ruok\n", response: "imok" }, (fit) => (fit ? "imok\n" : "not now\n")),
    },
  );
});

describe("tcp that connects", () => {
  checkConformance(
    { describe, it },
    { plugin: TcpCheck, connectionSuffices: true, create: () => tcpService({}, () => undefined) },
  );
});

describe.skipIf(!requireServer("redis"))("redis", () => {
  checkConformance(
    { describe, it },
    {
      plugin: RedisCheck,
      invalidConfigs: [
        { config: { role: "leader" }, path: "role" },
        { config: { username: "watch" }, path: "" },
      ],
      create: redisService,
    },
  );
});

async function httpService(): Promise<CheckedService> {
  let status = 200;
  const server = createServer((_request, response) => void response.writeHead(status).end("here"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    directory: tmpdir(),
    config: { uri: "/health" },
    target: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    setFit(fit) {
      status = fit ? 200 : 503;
    },
    async dispose() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** One that answers nothing is unfit where its port is closed. */
async function tcpService(config: object, answer: (fit: boolean) => string | undefined): Promise<CheckedService> {
  let fit = true;
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined).on("data", () => socket.end(answer(fit) ?? ""));
  });
  // It is closed and opened again: nobody else may have the port in between.
  const port = await freePort();
  const listen = async (): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  await listen();
  return {
    directory: tmpdir(),
    config,
    target: { host: "127.0.0.1", port },
    async setFit(wanted) {
      fit = wanted;
      if (answer(true) !== undefined) return;
      if (fit) await listen();
      else await close();
    },
    dispose: close,
  };
}

/** A master is fit, a replica is not. */
async function redisService(): Promise<CheckedService> {
  const directory = await tempDirectory();
  const server = await startRedis({ directory: directory.path });
  return {
    directory: directory.path,
    config: { role: "master" },
    target: { host: "127.0.0.1", port: server.port },
    async setFit(fit) {
      const socket = connect(server.port, "127.0.0.1");
      socket.write(fit ? "REPLICAOF NO ONE\r\n" : "REPLICAOF 127.0.0.1 1\r\n");
      await once(socket, "data");
      socket.destroy();
    },
    async dispose() {
      await server.stop();
      await directory.remove();
    },
  };
}
