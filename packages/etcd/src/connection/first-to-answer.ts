import { pause } from "@lighthouse-sd/plugin-kit";
import { linkedTo } from "./linked-signal.js";

/** How tries follow one another. */
export interface RaceOptions<T> {
  /** Ends all tries. */
  readonly signal: AbortSignal;
  /** Milliseconds after which the next one is asked beside those that have not answered. */
  readonly patienceMs: number;
  /** Milliseconds after which all are given up. */
  readonly limitMs: number;
  /** Lets go of what a try gives that was not the first. */
  readonly discard: (late: T) => void;
}

/** Tries `candidates` in their order, the next one as soon as one fails or lets wait, and gives what the first to succeed
 * gives; the others are aborted. Rejects with the errors of all. */
export async function firstToAnswer<C, T>(
  candidates: readonly C[],
  attempt: (candidate: C, signal: AbortSignal) => Promise<T>,
  { signal, patienceMs, limitMs, discard }: RaceOptions<T>,
): Promise<T> {
  const race = linkedTo([signal]);
  const limit = setTimeout(() => race.abort(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
  const errors: unknown[] = [];
  let won = false;
  try {
    return await new Promise<T>((resolve, reject) => {
      void (async () => {
        const tries: Promise<void>[] = [];
        for (const candidate of candidates) {
          if (won || race.signal.aborted) break;
          const tried = attempt(candidate, race.signal).then(
            (value) => {
              if (won) return discard(value);
              won = true;
              resolve(value);
            },
            (error: unknown) => void errors.push(error),
          );
          tries.push(tried);
          await Promise.race([tried, pause(patienceMs, race.signal)]);
        }
        await Promise.all(tries);
        reject(new AggregateError(errors));
      })();
    });
  } finally {
    clearTimeout(limit);
    race.abort(new Error("another member has answered first"));
    race.release();
  }
}
