import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { certificateAuthority, eventually, freePort } from "@lighthouse-sd/test-servers";
import { describe, expect, test } from "vitest";
import TcpCheck from "../src/tcp-check.js";
import { configured, directoryForTest, listening, oddServer, outcome, outcomeOf } from "./checking.js";

/** Answers the first bytes that arrive with these. */
function answers(...parts: readonly string[]): (socket: Socket) => void {
  return (socket) =>
    socket.once("data", () => {
      for (const part of parts) socket.write(part);
    });
}

function answersAndEnds(text: string): (socket: Socket) => void {
  return (socket) => socket.once("data", () => socket.end(text));
}

const RUOK = { query: "ruok", response: "imok" };

describe("the answer", () => {
  test.each<readonly [string, (socket: Socket) => void, object, string | RegExp]>([
    ["is the line that is wanted", answers("imok\n"), RUOK, "passed"],
    ["ends with CR LF", answers("imok\r\n"), RUOK, "passed"],
    [
      "ends with CR LF, the CR wanted too, as Lighthouse 1.0.0 did",
      answers("+PONG\r\n"),
      { query: "PING\r\n", response: "+PONG\r" },
      "passed",
    ],
    ["was configured with its line end", answers("imok\n"), { query: "ruok", response: "imok\n" }, "passed"],
    ["has more lines than the one that is wanted", answers("imok\nand more\n"), RUOK, "passed"],
    ["has no line end, and the server closes", answersAndEnds("imok"), RUOK, "passed"],
    ["has no line end, and the server waits", answers("imok"), RUOK, "passed"],
    ["comes in pieces", answers("im", "o", "k\n"), RUOK, "passed"],
    [
      "has characters beyond ASCII",
      answers("bereit für euch\n"),
      { query: "?", response: "bereit für euch" },
      "passed",
    ],
    ["comes without a question", (socket) => void socket.write("220 ready\r\n"), { response: "220 ready" }, "passed"],
    ["is another line", answers("imsick\n"), RUOK, /^tcp 127\.0\.0\.1:\d+: wanted the answer "imok", got "imsick\\n"$/],
    ["only begins like it", answers("imok and proud\n"), RUOK, /wanted the answer "imok", got "imok and proud\\n"/],
    ["is cut short", answersAndEnds("imo"), RUOK, /wanted the answer "imok", got "imo"$/],
    [
      "is nothing",
      (socket) => void socket.once("data", () => socket.end()),
      RUOK,
      /wanted the answer "imok", the server closed the connection without one/,
    ],
    ["would forge lines in a log", answers("\u001b[2J\u2028x\n"), RUOK, /got "\\u001b\[2J\\u2028x\\n"$/],
    ["is very long", answers(`${"x".repeat(500)}\n`), RUOK, /got "x{120}"…$/],
    ["does not matter", answers("imsick\n"), {}, "passed"],
  ])("%s", async (_case, behaviour, config, wanted) => {
    const { port } = await oddServer(behaviour);
    expect(await outcome(TcpCheck, config, port)).toMatch(wanted);
  });

  test("that goes on while this process stands still is not taken for whole", async () => {
    const { port } = await oddServer((socket) =>
      socket.once("data", () => {
        socket.write("imok");
        setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300), 30);
        setTimeout(() => socket.write(" and proud\n"), 40);
      }),
    );
    expect(await outcome(TcpCheck, RUOK, port)).toMatch(/wanted the answer "imok", got "imok and proud/);
  });

  test("is given up where it has no end", async () => {
    const { port, connections } = await oddServer((socket) => {
      const more = (): void => void (socket.destroyed || socket.write("x".repeat(16_384), more));
      more();
    });
    expect(await outcome(TcpCheck, RUOK, port)).toMatch(
      /: the server sent more than 65536 bytes while waiting for the answer$/,
    );
    await eventually(() => expect(connections[0]?.closed).toBe(true));
  });
});

test("what is sent is the query, byte for byte", async () => {
  let received = "";
  const { port } = await oddServer((socket) => {
    socket.on("data", (bytes) => {
      received += bytes;
      if (received.endsWith("\n")) socket.end("OK\n");
    });
  });
  expect(await outcome(TcpCheck, { query: 'stats "ü"\r\n', response: "OK" }, port)).toBe("passed");
  expect(received).toBe('stats "ü"\r\n');
});

test("a port on which nothing listens fails, and says so", async () => {
  const port = await freePort();
  expect(await outcome(TcpCheck, {}, port)).toBe(
    `tcp 127.0.0.1:${port}: connection refused (nothing listens there) while connecting`,
  );
});

describe("at its deadline", () => {
  test("a check of a server that says nothing fails, and its connection is closed", async () => {
    const { port, connections } = await oddServer((socket) => socket.resume());
    const stop = new AbortController();
    const performing = outcomeOf(await configured(TcpCheck, RUOK), port, stop.signal);
    await eventually(() => expect(connections.length).toBe(1));
    stop.abort();
    expect(await performing).toBe(`tcp 127.0.0.1:${port}: its time was up while waiting for the answer`);
    await eventually(() => expect(connections[0]?.closed || connections[0]?.readableEnded).toBe(true));
  });

  test("that has passed before it begins nothing is opened", async () => {
    const { port, connections } = await oddServer(() => {});
    const check = await configured(TcpCheck, {});
    expect(await outcomeOf(check, port, AbortSignal.abort())).toMatch(/its time was up/);
    expect(await outcome(TcpCheck, {}, port)).toBe("passed");
    await eventually(() => expect(connections.length).toBe(1));
  });
});

test("over TLS it asks the same, and refuses a certificate that the given authority has not signed", async () => {
  const directory = await directoryForTest();
  const [ours, others] = [await certificateAuthority(directory), await certificateAuthority(directory, "other")];
  const { certFile, keyFile } = await ours.issue("app1.test");
  const server = createTlsServer({ cert: await readFile(certFile), key: await readFile(keyFile) }, answers("imok\n"));
  const port = await listening(server);
  expect(await outcome(TcpCheck, { ...RUOK, tls: { ca_file: "ca.crt" } }, port, directory)).toBe("passed");
  expect(await outcome(TcpCheck, { ...RUOK, tls: { ca_file: others.caFile } }, port, directory)).toMatch(
    /^tcp 127\.0\.0\.1:\d+: unable to verify the first certificate while connecting$/,
  );
});
