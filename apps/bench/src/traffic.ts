import { ask } from "./ask.js";

const LIMIT_MS = 60_000;
/** A member counts as gone when neither so many requests in a row nor so many milliseconds have brought one to it; while
 * it serves, every second request does. */
const GONE_REQUESTS = 60;
const GONE_MS = 250;
const WARM_UP = 300;

/** One request after the other through one HAProxy, each on a connection of its own, each as soon as the last one is
 * answered. Counts those that fail. */
export class Traffic {
  readonly #port: number;
  requests = 0;
  failures = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** So many requests, whoever answers, that asking then takes as long as it always will. */
  async warmUp(): Promise<void> {
    for (let index = 0; index < WARM_UP; index++) await this.#ask();
  }

  /** When `ip` has first answered, as of `performance.now()`. */
  async firstAnswer(ip: string): Promise<number> {
    const deadline = performance.now() + LIMIT_MS;
    while (performance.now() < deadline) {
      const answer = await this.#ask();
      if (answer?.from === ip) return answer.answeredAt;
    }
    throw new Error(`${ip} was added and has answered no request within ${LIMIT_MS} ms`);
  }

  /** When the last request that reached `ip` was sent, as of `performance.now()`; undefined: none has reached it. */
  async lastRequest(ip: string): Promise<number | undefined> {
    const deadline = performance.now() + LIMIT_MS;
    let last: number | undefined;
    let since = performance.now();
    let misses = 0;
    while (performance.now() < deadline) {
      const answer = await this.#ask();
      if (answer?.from === ip) {
        last = answer.sentAt;
        since = answer.answeredAt;
        misses = 0;
      } else if (answer !== undefined) {
        misses += 1;
        if (misses >= GONE_REQUESTS && performance.now() - since >= GONE_MS) return last;
      }
    }
    throw new Error(`${ip} was removed and still gets requests after ${LIMIT_MS} ms`);
  }

  async #ask(): Promise<Awaited<ReturnType<typeof ask>> | undefined> {
    this.requests += 1;
    try {
      return await ask(this.#port);
    } catch {
      this.failures += 1;
      return undefined;
    }
  }
}
