import type { Clock } from "../clock.js";
import { oneLine } from "../error-text.js";
import type { EventNote, NodesOfEvent, NodeVerb, RunnerEvent } from "./runner-event.js";

/** How much a journal keeps. */
export interface JournalLimits {
  readonly events: number;
  /** Of all text together, as UTF-16, about. */
  readonly bytes: number;
}

/** What a runner keeps. */
const JOURNAL_LIMITS: JournalLimits = { events: 10_000, bytes: 16 * 1024 * 1024 };

/** How many nodes one event names for each of its verbs. */
const MOST_NODES = 1000;
/** Of the object itself, besides its text. */
const EVENT_BYTES = 200;

/** The last events of this process, the oldest forgotten first: bounded in number and in bytes. */
export class Journal {
  readonly #clock: Clock;
  readonly #limits: JournalLimits;
  readonly #listeners = new Set<() => void>();
  /** Tells events of this process from those of an earlier one: when it began, Unix milliseconds. */
  readonly startedAt: number;
  #events: RunnerEvent[] = [];
  /** Where in `#events` the oldest is that counts: forgetting one costs nothing. */
  #start = 0;
  #bytes = 0;
  #newest = 0;

  constructor(clock: Clock, limits: JournalLimits = JOURNAL_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
    this.startedAt = clock.now();
  }

  /** Keeps an event and tells listeners. */
  note(note: EventNote): void {
    const event = bounded(note, ++this.#newest, this.#clock.now());
    this.#events.push(event);
    this.#bytes += sizeOf(event);
    while (this.#kept() > this.#limits.events || (this.#bytes > this.#limits.bytes && this.#kept() > 1)) this.#forget();
    for (const listener of this.#listeners) listener();
  }

  /** The number of the newest event; 0: there was none. */
  newest(): number {
    return this.#newest;
  }

  /** The number of the oldest event that is kept; one more than the newest where none is. */
  oldest(): number {
    return this.#newest - this.#kept() + 1;
  }

  /** At most `most` events that come after the one with number `after`, the oldest first. */
  after(after: number, most: number = Number.POSITIVE_INFINITY): readonly RunnerEvent[] {
    const from = this.#start + Math.max(0, after + 1 - this.oldest());
    return this.#events.slice(from, Math.min(this.#events.length, from + most));
  }

  /** Calls `listener` after every event, until what it returns is called. */
  onEvent(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #kept(): number {
    return this.#events.length - this.#start;
  }

  #forget(): void {
    const event = this.#events[this.#start];
    if (event !== undefined) this.#bytes -= sizeOf(event);
    this.#start++;
    if (this.#start < this.#limits.events && this.#start * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#start);
    this.#start = 0;
  }
}

function bounded(note: EventNote, id: number, at: number): RunnerEvent {
  const { nodes, target, message, ...rest } = note;
  return {
    id,
    at,
    ...rest,
    ...(target !== undefined && { target: oneLine(target) }),
    message: oneLine(message),
    ...(nodes !== undefined && { nodes: boundedNodes(nodes) }),
  };
}

function boundedNodes(nodes: NodesOfEvent): NodesOfEvent {
  const entries = Object.entries(nodes) as [NodeVerb, readonly string[]][];
  return Object.fromEntries(
    entries.flatMap(([verb, names]) => (names.length === 0 ? [] : [[verb, names.slice(0, MOST_NODES)]])),
  );
}

function sizeOf({ message, target = "", nodes = {} }: RunnerEvent): number {
  let characters = message.length + target.length;
  for (const names of Object.values(nodes)) for (const name of names) characters += name.length + 8;
  return EVENT_BYTES + 2 * characters;
}
