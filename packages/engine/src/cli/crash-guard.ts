import type { Logger } from "@lighthouse-sd/core";
import type { Clock } from "../clock.js";
import { errorText } from "../error-text.js";

/** More stray errors than this within the window mean that going on makes no sense. */
const MOST_STRAYS = 100;
const WINDOW_MS = 60_000;

/** Takes in errors that nobody caught: a plugin's timer that throws, a socket without an error handler, a promise left
 * alone. Each is logged with its stack, and the process goes on: the engine's own state is only ever replaced as a
 * whole and its loops start from the newest state each time, so such an error harms the plugin it came from and no
 * other. A flood of them calls `giveUp` once: a supervisor's restart is better then. Returns what undoes it. */
export function guardAgainstCrashes(log: Logger, clock: Clock, giveUp: () => void): () => void {
  let strays: number[] = [];
  let given = false;
  const survive = (what: string, error: unknown): void => {
    const now = clock.elapsed();
    strays = [...strays.filter((at) => now - at < WINDOW_MS), now];
    log.error(`${what}, most likely in a plugin (its stack tells): ${errorText(error)}; the runner goes on`, {
      err: error,
    });
    if (strays.length <= MOST_STRAYS || given) return;
    given = true;
    log.error(`more than ${MOST_STRAYS} errors that nobody caught within ${WINDOW_MS / 1000} s: the runner stops`);
    giveUp();
  };
  const onException = (error: unknown): void => survive("an error that nobody caught", error);
  const onRejection = (error: unknown): void => survive("a promise was rejected and nobody caught it", error);
  process.on("uncaughtException", onException);
  process.on("unhandledRejection", onRejection);
  return () => {
    process.off("uncaughtException", onException);
    process.off("unhandledRejection", onRejection);
  };
}
