/** Milliseconds during which somebody looked. Neither a wall clock that is set nor a process or machine that stood still
 * makes it jump: of any time between two looks at most `maxStepMs` count. */
export class ObservedClock {
  readonly #maxStepMs: number;
  readonly #monotonic: () => number;
  #looked: number;
  #observed = 0;

  constructor(maxStepMs: number, monotonic: () => number = () => performance.now()) {
    this.#maxStepMs = maxStepMs;
    this.#monotonic = monotonic;
    this.#looked = monotonic();
  }

  /** Looks. */
  now(): number {
    const now = this.#monotonic();
    this.#observed += Math.min(Math.max(now - this.#looked, 0), this.#maxStepMs);
    this.#looked = now;
    return this.#observed;
  }
}
