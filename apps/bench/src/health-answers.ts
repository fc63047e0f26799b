import type { ServerResponse } from "node:http";

/** The path that the check of a service asks. */
export const HEALTH_PATH = "/health";

/** What the checks of a service are answered with: 503 until it is told to pass, then 200. */
export class HealthAnswers {
  #passing = false;
  #inARow = 0;
  #waiting: { readonly count: number; readonly resolve: (at: number) => void } | undefined;

  /** Answers one check. */
  answer(response: ServerResponse): void {
    response.writeHead(this.#passing ? 200 : 503, { "content-length": 0 }).end();
    if (!this.#passing) return;
    this.#inARow += 1;
    if (this.#inARow !== this.#waiting?.count) return;
    this.#waiting.resolve(performance.now());
    this.#waiting = undefined;
  }

  /** Checks pass from now on. Gives when the one was answered that made it `count` in a row, as of `performance.now()`. */
  pass(count: number): Promise<number> {
    this.#passing = true;
    this.#inARow = 0;
    return new Promise((resolve) => {
      this.#waiting = { count, resolve };
    });
  }

  /** Checks fail from now on. */
  fail(): void {
    this.#passing = false;
  }
}
