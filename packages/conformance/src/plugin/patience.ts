/** Of any time between two looks at most so much counts, in milliseconds. */
const LONGEST_STEP_MS = 250;

/** A limit for something that is looked at again and again. Time in which this process stood still counts as one look: what
 * it waits for could not get on either, or its word of it waits to be heard. */
export class Patience {
  readonly #limitMs: number;
  #looked: number = performance.now();
  #spent = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Looks, and tells whether the limit is reached. */
  isOver(): boolean {
    const now = performance.now();
    this.#spent += Math.min(now - this.#looked, LONGEST_STEP_MS);
    this.#looked = now;
    return this.#spent >= this.#limitMs;
  }
}
