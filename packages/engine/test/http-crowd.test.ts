import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../src/clock.js";
import { HttpEndpoints } from "../src/http/http-endpoints.js";
import { Journal } from "../src/journal/journal.js";
import { RecordingLog } from "./support/recording-log.js";

/** An address at which nothing can be changed but nodes released, which is counted. */
async function endpoints() {
  const released: string[] = [];
  const unused = (): never => {
    throw new Error("not asked for here");
  };
  const source = {
    journal: new Journal(systemClock),
    release: (cluster: string) => {
      released.push(cluster);
      return { done: true, released: [], nodes: 0, message: "released" } as const;
    },
    ...{ state: unused, metrics: unused, drain: unused, explain: unused, drainService: unused },
  };
  const http = new HttpEndpoints(new RecordingLog(), systemClock, source);
  onTestFinished(() => http.close());
  await http.listen("127.0.0.1:0");
  return { released, port: http.port() ?? 0 };
}

interface Talk {
  readonly socket: Socket;
  readonly said: () => string;
  readonly closed: Promise<void>;
}

function talk(port: number, first = ""): Talk {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  onTestFinished(() => void socket.destroy());
  if (first !== "") socket.write(first);
  return { socket, said: () => said, closed };
}

function healthz(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/healthz", agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", reject)
      .end();
  });
}

const HEALTHZ = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

describe("too much of everything", () => {
  test("500 connections: as many as there is room for are answered, the others are told to come back", async () => {
    const { port } = await endpoints();
    const talks = Array.from({ length: 500 }, () => talk(port, HEALTHZ));
    await vi.waitFor(() => expect(talks.every(({ said }) => said() !== "")).toBe(true), 20_000);
    const words = talks.map(({ said }) => said().split("\r\n")[0]);
    expect(words.filter((word) => word === "HTTP/1.1 200 OK").length).toBeGreaterThanOrEqual(64);
    expect(new Set(words)).toEqual(new Set(["HTTP/1.1 200 OK", "HTTP/1.1 503 Service Unavailable"]));
    const late = talks.find(({ said }) => said().includes("503"));
    expect(late?.said()).toContain("retry-after: 5");
    await late?.closed;
    for (const { socket } of talks) socket.destroy();
    await vi.waitFor(async () => expect(await healthz(port)).toBe(200), 20_000);
  }, 60_000);

  test.each([
    ["no HTTP", "\u0000\u0001\r\n\r\n", "400"],
    ["a line that is far too long", `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, "431"],
    ["a header that is far too long", `GET / HTTP/1.1\r\nHost: localhost\r\nA: ${"x".repeat(20_000)}\r\n\r\n`, "431"],
    ["no Host", "GET /healthz HTTP/1.1\r\n\r\n", "400"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "400"],
    [
      "a length and chunks",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
      "400",
    ],
  ])("%s is refused, and the next one answered", async (_, text, status) => {
    const { port } = await endpoints();
    const { said, closed } = talk(port, text);
    await closed;
    expect(said()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await healthz(port)).toBe(200);
  });

  test.each([
    ["of a length", "Content-Length: 10485760\r\n\r\n", "x".repeat(65_536)],
    ["in chunks", "Transfer-Encoding: chunked\r\n\r\n", `10000\r\n${"x".repeat(65_536)}\r\n`],
  ])("a body of 10 MB %s changes nothing, and is cut off", async (_, header, part) => {
    const { port, released } = await endpoints();
    const { socket, said, closed } = talk(
      port,
      `POST /api/v1/clusters/web/release HTTP/1.1\r\nHost: localhost\r\n${header}`,
    );
    for (let count = 0; count < 160 && !socket.destroyed; count++) socket.write(part);
    await closed;
    expect(said() === "" || said().startsWith("HTTP/1.1 413 ")).toBe(true);
    expect(released).toEqual([]);
    expect(await healthz(port)).toBe(200);
  });
});
