import { describe, expect, test } from "vitest";
import { type Frame, FrameReader } from "../src/ask/read-frames.js";
import { MOST_EVENTS, withEvents } from "../src/state/kept-events.js";
import { retryDelay } from "../src/state/retry-delay.js";
import type { RunnerEvent } from "../src/wire/runner-event.js";

describe("an event stream", () => {
  const STREAM = `: hello\n\nid: 7-1\ndata: {"a":"ü\u2028x: y"}\n\nevent: missed\ndata: 5\n\n: alive\n\ndata: one\ndata:two\n\nid: 7-2\r\ndata: 3\r\n\r\nid: 7-3\ndata: cut`;
  const FRAMES: readonly Frame[] = [
    { event: "message", data: '{"a":"ü\u2028x: y"}', id: "7-1" },
    { event: "missed", data: "5", id: undefined },
    { event: "message", data: "one\ntwo", id: undefined },
    { event: "message", data: "3", id: "7-2" },
  ];

  test("is read as a whole", () => {
    expect(new FrameReader().read(STREAM)).toEqual(FRAMES);
  });

  test.each([1, 2, 3, 7, 20])("is read in pieces of %i", (size) => {
    const reader = new FrameReader();
    const pieces = Array.from({ length: Math.ceil(STREAM.length / size) }, (_, at) =>
      STREAM.slice(at * size, (at + 1) * size),
    );
    expect(pieces.flatMap((piece) => reader.read(piece))).toEqual(FRAMES);
  });
});

describe("what a page keeps of events", () => {
  const kept = (id: number) => ({ key: `7-${id}`, event: { id } as RunnerEvent });

  test("is each event once, the newest first", () => {
    const before = withEvents([], [kept(1), kept(2)]);
    expect(withEvents(before, [kept(2), kept(3)]).map(({ key }) => key)).toEqual(["7-3", "7-2", "7-1"]);
    expect(withEvents(before, [kept(1)])).toBe(before);
  });

  test("is bounded", () => {
    const all = withEvents(
      [kept(0)],
      Array.from({ length: MOST_EVENTS }, (_, id) => kept(id + 1)),
    );
    expect([all.length, all.at(-1)?.key]).toEqual([MOST_EVENTS, "7-1"]);
  });
});

test("waits double up to ten seconds, and no two pages wait alike", () => {
  expect([1, 2, 3, 20].map((failures) => retryDelay(failures, 1))).toEqual([500, 1000, 2000, 10_000]);
  expect([0, 0.5, 1].map((random) => retryDelay(20, random))).toEqual([5000, 7500, 10_000]);
});
