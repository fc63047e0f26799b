import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pause } from "../src/index.js";

describe("a pause", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watched(milliseconds: number, signal?: AbortSignal): { over: boolean } {
    const state = { over: false };
    void pause(milliseconds, signal).then(() => {
      state.over = true;
    });
    return state;
  }

  test("lasts as long as it is told, and leaves nothing behind", async () => {
    const { signal } = new AbortController();
    const state = watched(500, signal);
    await vi.advanceTimersByTimeAsync(499);
    expect(state.over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(state.over).toBe(true);
    expect([vi.getTimerCount(), getEventListeners(signal, "abort")]).toEqual([0, []]);
  });

  test.each([500, Number.POSITIVE_INFINITY])("of %d ms ends with its signal, and leaves nothing behind", async (ms) => {
    const stop = new AbortController();
    const state = watched(ms, stop.signal);
    await vi.advanceTimersByTimeAsync(100);
    expect(state.over).toBe(false);
    stop.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(state.over).toBe(true);
    expect([vi.getTimerCount(), getEventListeners(stop.signal, "abort")]).toEqual([0, []]);
  });

  test("does not begin where its signal has aborted before", async () => {
    await pause(500, AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });
});
