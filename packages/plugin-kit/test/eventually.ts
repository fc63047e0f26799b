import { vi } from "vitest";

/** Asks again until the assertion holds; fails with its last error when it has not within 20 s. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 20_000, interval: 2 });
}
