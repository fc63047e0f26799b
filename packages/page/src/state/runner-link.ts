import { askRunner } from "../ask/ask-runner.js";
import { type EventFollower, followEvents } from "../ask/follow-events.js";
import { keepToken, keptToken } from "../ask/token.js";
import type { PageAccess } from "../wire/page-access.js";
import type { RunnerStatus } from "../wire/runner-status.js";
import { withEvents } from "./kept-events.js";
import { access, events, feedLink, link, loadedVersion, missed, now, status } from "./page-state.js";
import { retryDelay } from "./retry-delay.js";

/** The state is asked for at least this often, in milliseconds; */
const EVERY_MS = 5_000;
/** and at most this often where events come; both longer where it takes long to be told. */
const LEAST_MS = 400;
const CLOCK_MS = 5_000;
/** Tries again this long after it heard that too many follow already, in milliseconds. */
const BUSY_MS = 30_000;

/** Keeps the page's state in line with its runner: asks for it whenever events come, and now and then; follows the events;
 * goes on when the runner is back. */
export class RunnerLink {
  #statusTimer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = 0;
  #askedAt = 0;
  #tookMs = 0;
  #failures = 0;
  #isAsking = false;
  #isFollowing = false;
  #lastId: string | undefined;

  /** Begins, and goes on as long as the page is there. */
  start(): void {
    setInterval(() => {
      now.value = Date.now();
    }, CLOCK_MS);
    void this.#ask();
  }

  /** Asks for the state soon. */
  refresh(): void {
    this.#askWithin(Math.max(0, this.#askedAt + Math.max(LEAST_MS, 5 * this.#tookMs) - Date.now()));
  }

  /** Goes on with this token, from the beginning. */
  useToken(token: string | undefined): void {
    keepToken(token);
    this.#askWithin(0);
  }

  #askWithin(ms: number): void {
    const at = Date.now() + ms;
    if (this.#statusTimer !== undefined && this.#dueAt <= at) return;
    clearTimeout(this.#statusTimer);
    this.#dueAt = at;
    this.#statusTimer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    this.#statusTimer = undefined;
    if (this.#isAsking) return this.#askWithin(LEAST_MS);
    this.#isAsking = true;
    this.#askedAt = Date.now();
    const [may, told] = await Promise.all([
      askRunner<PageAccess>("/api/v1/access"),
      askRunner<RunnerStatus>("/api/v1/status"),
    ]);
    this.#tookMs = Date.now() - this.#askedAt;
    this.#isAsking = false;
    now.value = Date.now();
    if (may.kind === "answer") access.value = may.value;
    if (told.kind === "answer") return this.#take(told.value);
    if (told.kind === "token") {
      link.value = { kind: "token", message: keptToken() === undefined ? null : told.message };
      return;
    }
    this.#failures++;
    const since = link.value.kind === "gone" ? link.value.since : Date.now();
    link.value = { kind: "gone", since, message: told.message };
    this.#askWithin(retryDelay(this.#failures, Math.random()));
  }

  #take(fresh: RunnerStatus): void {
    this.#failures = 0;
    loadedVersion.value ??= fresh.version;
    status.value = fresh;
    link.value = { kind: "good" };
    this.#askWithin(Math.max(EVERY_MS, 50 * this.#tookMs));
    void this.#follow();
  }

  /** One stream after the other for as long as the runner answers; `#take` begins anew. */
  async #follow(): Promise<void> {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    const end = await followEvents(this.#lastId, this.#follower());
    feedLink.value = end === "busy" ? "busy" : "connecting";
    const delay = end === "busy" ? BUSY_MS : retryDelay(1, Math.random());
    setTimeout(() => {
      this.#isFollowing = false;
      this.#askWithin(0);
    }, delay);
  }

  #follower(): EventFollower {
    return {
      onOpen: () => {
        feedLink.value = "live";
      },
      onEvents: (fresh) => {
        this.#lastId = fresh.at(-1)?.key;
        events.value = withEvents(events.value, fresh);
        now.value = Date.now();
        this.refresh();
      },
      onMissed: (count) => {
        missed.value += count;
      },
    };
  }
}
