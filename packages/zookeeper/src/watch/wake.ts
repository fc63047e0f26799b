import { pause } from "@lighthouse-sd/plugin-kit";

/** Wakes a loop; a call that comes while nobody waits is not forgotten. */
export class Wake {
  #woken = false;
  #waiting: AbortController | undefined;

  up(): void {
    this.#woken = true;
    this.#waiting?.abort();
  }

  /** Resolves when it was woken since the last wait, after `limitMs`, or when `signal` aborts. */
  async wait(signal: AbortSignal, limitMs: number): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      const waiting = new AbortController();
      const end = (): void => waiting.abort();
      this.#waiting = waiting;
      signal.addEventListener("abort", end, { once: true });
      await pause(limitMs, waiting.signal);
      signal.removeEventListener("abort", end);
      this.#waiting = undefined;
    }
    this.#woken = false;
  }
}
