import type { EventsQuery } from "./events-query.js";
import type { Journal } from "./journal.js";
import type { RunnerEvent } from "./runner-event.js";

/** An event as HTTP tells of it: its time in ISO 8601, UTC. */
export type ShownEvent = Omit<RunnerEvent, "at"> & { readonly at: string };

/** What /api/v1/events answers. */
export interface EventsPage {
  /** Which journal it is: it begins anew with each process. */
  readonly journal: number;
  /** Number of the oldest event that is still kept. */
  readonly oldest: number;
  /** Number of the newest event; 0: there was none. */
  readonly newest: number;
  readonly events: readonly ShownEvent[];
}

/** What of `journal` is asked for, the oldest first: those right after `after`, or the newest of all. */
export function eventsPage(journal: Journal, { after, limit, matches }: EventsQuery): EventsPage {
  const matching = journal.after(after ?? 0).filter(matches);
  const events = after === undefined ? matching.slice(-limit) : matching.slice(0, limit);
  return {
    journal: journal.startedAt,
    oldest: journal.oldest(),
    newest: journal.newest(),
    events: events.map(shownEvent),
  };
}

/** An event of an event stream. Its id says which journal it is of. */
export function eventFrame(event: RunnerEvent, journal: number): string {
  return `id: ${journal}-${event.id}\ndata: ${JSON.stringify(shownEvent(event))}\n\n`;
}

/** What a follower is told that was too slow for the journal. */
export function missedFrame(count: number): string {
  const message = `${count} events were forgotten before you read them`;
  return `event: missed\ndata: ${JSON.stringify({ count, message })}\n\n`;
}

function shownEvent({ id, at, ...rest }: RunnerEvent): ShownEvent {
  return { id, at: new Date(at).toISOString(), ...rest };
}
