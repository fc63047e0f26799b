import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { eventually } from "../src/eventually.js";

describe("eventually", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("gives what the assertion gave once it held, false and undefined too", async () => {
    const answers = [false, undefined];
    for (const answer of answers) await expect(eventually(() => answer)).resolves.toBe(answer);
  });

  it("asks again while the assertion does not hold, for half a minute and more", async () => {
    const began = performance.now();
    const settled = eventually(async () => expect(performance.now() - began).toBeGreaterThan(35_000));
    await vi.advanceTimersByTimeAsync(36_000);
    await settled;
  });

  it("ends with the assertion's own last error at the deadline", async () => {
    let asked = 0;
    const refused = (): never => {
      throw new Error(`refused ${++asked} times`);
    };
    const settled = eventually(refused).catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(41_000);
    expect(asked).toBeGreaterThan(1000);
    expect(await settled).toBe(`refused ${asked} times`);
  });
});
