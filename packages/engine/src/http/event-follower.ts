import type { ServerResponse } from "node:http";
import type { Clock } from "../clock.js";
import type { EventsQuery } from "../journal/events-query.js";
import type { Journal } from "../journal/journal.js";
import { eventFrame, missedFrame } from "../journal/render-events.js";

/** What waits for a client in our memory, at most and about, in bytes. */
const MOST_WAITING = 65_536;
/** Events that are taken from the journal at once. */
const BATCH = 64;
/** A sign of life, for proxies that cut what is silent, and to notice clients that are gone. */
const ALIVE_MS = 15_000;
/** A client that reads nothing for this long is cut. */
const STALLED_MS = 60_000;

/** Sends events to one client as they come. What the client has not read stays in the journal, of which it is told when
 * it is forgotten there: a slow one costs no more than a fast one. */
export class EventFollower {
  readonly #response: ServerResponse;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #matches: EventsQuery["matches"];
  readonly #forget: () => void;
  #cancelTimer: () => void = () => undefined;
  /** The number of the last event that was sent, or passed over. */
  #sent: number;
  #stalledAt: number | undefined;

  /** Begins to answer. Without `after`, with the newest `limit` events; else right after that one. */
  constructor(response: ServerResponse, journal: Journal, clock: Clock, { after, limit, matches }: EventsQuery) {
    this.#response = response;
    this.#journal = journal;
    this.#clock = clock;
    this.#matches = matches;
    this.#sent = after ?? Math.max(0, journal.newest() - limit);
    this.#forget = journal.onEvent(() => this.#pump());
    response.on("drain", () => {
      this.#stalledAt = undefined;
      this.#pump();
    });
    response.once("close", () => {
      this.#forget();
      this.#cancelTimer();
    });
    response.write(": the events of this runner, as they come\n\n");
    this.#sent = Math.min(this.#sent, journal.newest());
    if (after === undefined) this.#sent = Math.max(this.#sent, journal.oldest() - 1);
    this.#pump();
    this.#aliveLater();
  }

  #pump(): void {
    while (this.#sent < this.#journal.newest() && !this.#isFull()) {
      const missed = this.#journal.oldest() - 1 - this.#sent;
      if (missed > 0) {
        this.#sent += missed;
        this.#response.write(missedFrame(missed));
        continue;
      }
      const events = this.#journal.after(this.#sent, BATCH);
      this.#sent += events.length;
      const frames = events.filter(this.#matches).map((event) => eventFrame(event, this.#journal.startedAt));
      if (frames.length > 0) this.#response.write(frames.join(""));
    }
  }

  #isFull(): boolean {
    if (this.#response.destroyed) return true;
    if (this.#response.writableLength < MOST_WAITING && !this.#response.writableNeedDrain) return false;
    this.#stalledAt ??= this.#clock.elapsed();
    return true;
  }

  #aliveLater(): void {
    this.#cancelTimer = this.#clock.after(ALIVE_MS, () => {
      const stalledMs = this.#stalledAt === undefined ? 0 : this.#clock.elapsed() - this.#stalledAt;
      if (stalledMs >= STALLED_MS) return void this.#response.destroy();
      if (!this.#isFull()) this.#response.write(": alive\n\n");
      this.#aliveLater();
    });
  }
}
