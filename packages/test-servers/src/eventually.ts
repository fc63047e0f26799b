import { waitFor } from "./wait-for.js";

const DEADLINE_MS = 40_000;

/** Asks again until the assertion holds, for as long as it takes on a busy machine, and gives what it gave; rejects with
 * its last error where it has not held within 40 s. */
export async function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  const held = async (): Promise<{ readonly value: T }> => ({ value: await assertion() });
  const waiting = waitFor(held, { what: "an assertion to hold", deadlineMs: DEADLINE_MS, everyMs: 5 });
  const { value } = await waiting.catch((error: Error) => {
    throw error.cause;
  });
  return value;
}
