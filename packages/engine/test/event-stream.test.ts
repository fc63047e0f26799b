import { get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { eventually } from "@lighthouse-sd/test-servers";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { streamMessages } from "../src/cli/event-stream.js";
import { runEvents, type TypedEventsOptions } from "../src/cli/events-command.js";
import { systemClock } from "../src/clock.js";
import { type HttpServer, serveState } from "../src/http/http-server.js";
import { Journal } from "../src/journal/journal.js";
import { ManualClock } from "./support/manual-clock.js";
import { temporaryDirectory } from "./support/membership-house.js";

interface House {
  readonly journal: Journal;
  readonly server: HttpServer;
  readonly directory: string;
}

/** A server of a journal in a state directory, at its socket. */
async function house(options: { directory?: string; journal?: Journal; clock?: ManualClock } = {}): Promise<House> {
  const directory = options.directory ?? (await temporaryDirectory());
  const journal = options.journal ?? new Journal(systemClock);
  const server = await serveState(
    { path: join(directory, "writer.sock") },
    sourceOf(journal),
    options.clock ?? systemClock,
  );
  onTestFinished(() => server.close());
  return { journal, server, directory };
}

function sourceOf(journal: Journal): Parameters<typeof serveState>[1] {
  const unused = (): never => {
    throw new Error("not asked for here");
  };
  return {
    journal,
    state: unused,
    metrics: unused,
    drain: unused,
    release: unused,
    explain: unused,
    drainService: unused,
  };
}

function say(journal: Journal, message: string): void {
  journal.note({ kind: "runner", level: "info", message });
}

function open(directory: string, headers: object = {}, path = "/api/v1/events"): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { socketPath: join(directory, "writer.sock"), path, agent: false };
    const asked = get({ ...options, headers: { accept: "text/event-stream", host: "localhost", ...headers } }, resolve);
    asked.on("error", reject);
    onTestFinished(() => void asked.destroy());
  });
}

/** Reads messages of a stream from now on; `text` is the end of what came. */
function reading(answer: IncomingMessage): { readonly messages: string[]; readonly text: () => string } {
  let text = "";
  const messages: string[] = [];
  const parts = (async function* () {
    for await (const part of answer.setEncoding("utf8")) {
      text = (text + part).slice(-100_000);
      yield String(part);
    }
  })();
  void (async () => {
    for await (const { event, data } of streamMessages(parts)) messages.push(`${event} ${JSON.parse(data).message}`);
  })().catch(() => undefined);
  return { messages, text: () => text };
}

/** What this process holds on to, after everything else was collected. */
function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("an event stream", () => {
  test("begins with what was, goes on with what comes, and each event has an id to go on from", async () => {
    const { journal, directory } = await house();
    say(journal, "one");
    const answer = await open(directory);
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/event-stream"]);
    const { messages, text } = reading(answer);
    say(journal, "two");
    await eventually(() => expect(messages).toEqual(["message one", "message two"]));
    expect(text()).toContain(`id: ${journal.startedAt}-2\n`);
    const again = reading(await open(directory, { "last-event-id": `${journal.startedAt}-1` }));
    await eventually(() => expect(again.messages).toEqual(["message two"]));
  });

  test("filters as the list does, and refuses what it does not know", async () => {
    const { journal, directory } = await house();
    const { messages } = reading(await open(directory, {}, "/api/v1/events?kind=guard"));
    say(journal, "one");
    journal.note({ kind: "guard", level: "warn", message: "held", cluster: "web" });
    await eventually(() => expect(messages).toEqual(["message held"]));
    expect((await open(directory, {}, "/api/v1/events?kind=none")).statusCode).toBe(400);
  });

  test("who reads nothing costs little, is told what was missed, and holds up nobody", async () => {
    const journal = new Journal(systemClock, { events: 500, bytes: 1e7 });
    const { directory } = await house({ journal });
    const slow = await open(directory);
    slow.pause();
    const fast = reading(await open(directory));
    const before = bytesInUse();
    const text = "x".repeat(1500);
    for (let count = 1; count <= 10_000; count++) {
      say(journal, `${count} ${text}`);
      if (count % 100 === 0) await eventually(() => expect(fast.messages.at(-1)).toContain(`message ${count} `));
      if (count % 1000 === 0) fast.messages.splice(0, fast.messages.length - 1);
    }
    // All of it together is 16 MB.
    expect(bytesInUse() - before).toBeLessThan(8e6);
    const { messages } = reading(slow);
    await vi.waitFor(() => expect(messages.at(-1)).toContain("message 10000 "), 20_000);
    const missed = messages.filter((message) => message.startsWith("missed "));
    expect(missed).toHaveLength(1);
    const [, count] = /^missed (\d+) events were forgotten/.exec(missed[0] ?? "") ?? [];
    expect(messages.length - 1 + Number(count)).toBe(10_000);
  }, 60_000);

  test("who reads nothing for a minute is cut, others get a sign of life", async () => {
    const clock = new ManualClock();
    const { journal, directory, server } = await house({ clock });
    const socket = connect(join(directory, "writer.sock"));
    onTestFinished(() => void socket.destroy());
    let closed = false;
    socket
      .on("error", () => undefined)
      .on("close", () => {
        closed = true;
      });
    socket.pause().write("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
    const { text } = reading(await open(directory));
    await eventually(() => expect(text()).toContain(": the events"));
    await eventually(() => expect(server.followers()).toBe(2));
    for (let count = 0; count < 2000; count++) say(journal, "x".repeat(1500));
    await eventually(() => expect(text()).toContain(`-${journal.newest()}\n`));
    await eventually(async () => {
      await clock.advance(15_000);
      expect(server.followers()).toBe(1);
    });
    await eventually(() => expect(text()).toContain(": alive\n\n"));
    socket.resume();
    await eventually(() => expect(closed).toBe(true));
  });

  test("more than 16 at a time are asked to come back later, and everybody else is answered", async () => {
    const { directory } = await house();
    const answers = await Promise.all(Array.from({ length: 16 }, () => open(directory)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
    const late = await open(directory);
    expect([late.statusCode, late.headers["retry-after"]]).toEqual([503, "30"]);
    expect((await open(directory, { accept: "*/*" })).statusCode).toBe(200);
    answers[0]?.destroy();
    await eventually(async () => expect((await open(directory)).statusCode).toBe(200));
  });
});

describe("lighthouse-runner events", () => {
  function events(directory: string, more: Partial<TypedEventsOptions> = {}) {
    const [out, news, over] = [[] as string[], [] as string[], new AbortController()];
    onTestFinished(() => over.abort());
    const ended = runEvents({
      typed: { stateDir: directory, ...more },
      env: {},
      style: { color: false, shortTime: false },
      out: (text) => out.push(text),
      news: (text) => news.push(text),
      signal: over.signal,
    });
    return { out, news, over, ended };
  }

  test("prints the newest ones, a line each, or as JSON", async () => {
    const { journal, directory } = await house({ journal: new Journal(new ManualClock()) });
    say(journal, "one");
    journal.note({ kind: "guard", level: "warn", message: "cluster web: 1 node is held", cluster: "web" });
    const { out, ended } = events(directory);
    expect(await ended).toBe(0);
    expect(out).toEqual([
      "2026-01-01T00:00:00.000Z INFO  runner: one\n",
      "2026-01-01T00:00:00.000Z WARN  guard: cluster web: 1 node is held\n",
    ]);
    const asJson = events(directory, { json: true, limit: "1" });
    await asJson.ended;
    expect(JSON.parse(asJson.out.join(""))).toMatchObject({ id: 2, kind: "guard", cluster: "web" });
  });

  test("--follow goes on over a restart of the runner, without a repetition", async () => {
    const first = await house();
    say(first.journal, "one");
    const { out, news, over, ended } = events(first.directory, { follow: true, json: true });
    await eventually(() => expect(out.join()).toContain("one"));
    await first.server.close();
    await vi.waitFor(() => expect(news).toEqual(["the runner is gone; waiting for it to come back"]), 20_000);
    const second = await house({ directory: first.directory, journal: new Journal(new ManualClock()) });
    say(second.journal, "two");
    await vi.waitFor(() => expect(out.join()).toContain("two"), 20_000);
    over.abort();
    expect(await ended).toBe(0);
    expect(out.map((line) => JSON.parse(line).message)).toEqual(["one", "two"]);
  });

  test("says who is not there, and what is refused", async () => {
    const { directory } = await house();
    await expect(events(directory, { kind: "none" }).ended).rejects.toThrow('there is no kind "none"');
    await expect(events(directory, { kind: "none", follow: true }).ended).rejects.toThrow('there is no kind "none"');
    await expect(events(directory, { limit: "0" }).ended).rejects.toThrow("--limit must be a number");
    const nowhere = await temporaryDirectory();
    await expect(events(nowhere).ended).rejects.toThrow("no runner answers at");
    await expect(events(nowhere, { follow: true }).ended).rejects.toThrow("no runner answers at");
  });
});
