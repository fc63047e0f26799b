import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Heartbeat } from "../src/session/heartbeat.js";

const TIMEOUT_MS = 9000;

describe("a heartbeat", () => {
  let now = 0;
  let heartbeat: Heartbeat;
  let told: string[];

  /** Time passes, in which this process runs. */
  const pass = (milliseconds: number): void => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      now += 100;
      vi.advanceTimersByTime(100);
    }
  };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    vi.spyOn(performance, "now").mockImplementation(() => now);
    told = [];
    heartbeat = new Heartbeat(TIMEOUT_MS, {
      ping: () => void told.push("ping"),
      silent: (milliseconds) => void told.push(`silent for ${milliseconds}`),
    });
  });
  afterEach(() => {
    heartbeat.stop();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it("asks three times within a session's time-out", () => {
    for (let answer = 0; answer < 4; answer++) {
      pass(TIMEOUT_MS / 3);
      heartbeat.heard();
    }
    expect(told).toEqual(["ping", "ping", "ping", "ping"]);
  });

  it("calls a server silent that has said nothing for two thirds of it", () => {
    pass((TIMEOUT_MS * 2) / 3 - 100);
    expect(told).toEqual(["ping"]);
    pass(100);
    expect(told).toEqual(["ping", "silent for 6000"]);
  });

  it("does not blame the server for time in which this process stood still: asks, and waits for an answer", () => {
    pass(1000);
    now += 3_600_000;
    pass(500);
    expect(told).toEqual(["ping"]);
    heartbeat.heard();
    pass(2900);
    expect(told).toEqual(["ping"]);
  });

  it("blames it where no answer comes after that", () => {
    now += 3_600_000;
    pass((TIMEOUT_MS * 2) / 3);
    expect(told.at(-1)).toMatch(/^silent for/);
  });
});
