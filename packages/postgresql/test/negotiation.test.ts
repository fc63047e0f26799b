import type { Socket } from "node:net";
import { waitFor } from "@lighthouse-sd/test-servers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withSession } from "../src/session.js";
import { type FakeServer, startFakeServer } from "./support/fake-server.js";

/** What a server says that lets everybody in, and is ready. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const HANDSHAKE = 0x16;

describe("the question whether a server speaks TLS", () => {
  let server: FakeServer;
  let heard: Buffer;
  let answer: (socket: Socket) => void;

  beforeEach(async () => {
    heard = Buffer.alloc(0);
    answer = () => undefined;
    server = await startFakeServer((socket) => {
      socket.once("data", () => answer(socket));
      socket.on("data", (data) => {
        heard = Buffer.concat([heard, data]);
      });
    });
  });
  afterEach(() => server.stop());

  /** Why nobody is logged in; nothing is left open by then. */
  async function refusal(sslmode: "prefer" | "require", more: object = {}): Promise<string> {
    const { port } = server;
    const options = { host: "127.0.0.1", port, user: "app", database: "postgres", sslmode, timeoutMs: 20_000 };
    const login = withSession({ ...options, signal: new AbortController().signal, ...more }, async () => "logged in");
    const message = await login.catch((error: Error) => error.message);
    await waitFor(async () => server.open.size === 0, { what: "the connection to be closed" });
    return message;
  }

  const INJECTED = "15 bytes came in plain text along with the answer to whether the server speaks TLS";
  test.each<readonly [string, (socket: Socket) => void, string]>([
    [
      "what came in plain text with a yes",
      (socket) => socket.write(Buffer.concat([Buffer.from("S"), WELCOME])),
      INJECTED,
    ],
    [
      "what came in plain text with a no",
      (socket) => socket.write(Buffer.concat([Buffer.from("N"), WELCOME])),
      INJECTED,
    ],
    ["an error in place of an answer", (socket) => socket.write("EFATAL"), "the server could not take the connection"],
    ["another protocol", (socket) => socket.write("HTTP/1.1 400"), 'it answered "HTTP/1.1 400": that is no PostgreSQL'],
    ["no answer", (socket) => socket.end(), "the server closed the connection when asked whether it speaks TLS"],
    ["a connection that is torn down", (socket) => socket.resetAndDestroy(), "ECONNRESET"],
    [
      "a yes, and then nothing more",
      (socket) => socket.end("S"),
      "disconnected before secure TLS connection was established",
    ],
  ])("%s is a refusal, and nothing is said after it", async (_name, reply, message) => {
    for (const sslmode of ["prefer", "require"] as const) {
      heard = Buffer.alloc(0);
      answer = reply;
      expect(await refusal(sslmode)).toContain(message);
      expect([...heard.subarray(0, 8)]).toEqual([0, 0, 0, 8, 4, 210, 22, 47]);
      expect([undefined, HANDSHAKE]).toContain(heard[8]);
    }
  });

  test("after a yes, plain text is never taken for the server's", async () => {
    answer = (socket) => {
      socket.write("S");
      socket.once("data", () => socket.write(WELCOME));
    };
    expect(await refusal("prefer")).toMatch(/wrong version number|packet length|record/i);
    expect(heard[8]).toBe(HANDSHAKE);
  });

  test.each<readonly [string, (socket: Socket) => void]>([
    ["before its answer", () => undefined],
    ["in the middle of TLS", (socket) => socket.write("S")],
    ["before it lets anybody in", (socket) => socket.write("N")],
  ])("a server that hangs %s is given up at the deadline, or when the wait is over", async (_when, reply) => {
    answer = reply;
    expect(await refusal("prefer", { timeoutMs: 200 })).toBe("no answer within 200 ms");
    const stopping = new AbortController();
    answer = (socket) => {
      reply(socket);
      stopping.abort(new Error("stopping"));
    };
    expect(await refusal("prefer", { signal: stopping.signal })).toBe("stopping");
  });
});
