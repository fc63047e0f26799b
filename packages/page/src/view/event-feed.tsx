import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { KeptEvent } from "../state/kept-events.js";
import { events, feedLink, missed } from "../state/page-state.js";
import { counted } from "../text/counted.js";
import { EventRow } from "./event-row.js";
import { MoreList } from "./more-list.js";

const MOST_EVENTS = 40;
/** What the feed can be narrowed to, by the word for it. */
const FILTERS: readonly (readonly [word: string, shows: (kept: KeptEvent) => boolean])[] = [
  ["Everything", () => true],
  ["Warnings and errors", ({ event }) => event.level !== "info"],
  ["Members and guard", ({ event }) => ["members", "guard", "source", "record"].includes(event.kind)],
  ["Changes to targets", ({ event }) => ["file", "runtime", "reload"].includes(event.kind)],
  ["Reloads", ({ event }) => event.kind === "reload"],
  ["By operators", ({ event }) => event.kind === "operator"],
  ["Configuration", ({ event }) => event.kind === "config"],
];

/** What has happened, and happens. */
export function EventFeed(): JSX.Element {
  const [filter, setFilter] = useState(0);
  const [still, setStill] = useState<readonly KeptEvent[] | null>(null);
  const all = still ?? events.value;
  const waiting = still === null ? 0 : countAfter(events.value, still[0]?.key);
  const shown = all.filter(FILTERS[filter]?.[1] ?? (() => true));
  return (
    <aside aria-labelledby="events">
      <div class="heading">
        <h2 id="events">What happened</h2>
        <label class="unseen" for="event-filter">
          Show
        </label>
        <select id="event-filter" onChange={(event) => setFilter(event.currentTarget.selectedIndex)}>
          {FILTERS.map(([word]) => (
            <option key={word}>{word}</option>
          ))}
        </select>
        <button
          type="button"
          aria-pressed={still !== null}
          onClick={() => setStill(still === null ? events.value : null)}
        >
          {waiting > 0 ? `Hold still, ${waiting.toLocaleString("en")} new` : "Hold still"}
        </button>
      </div>
      <FeedNotes />
      {shown.length === 0 ? (
        <p class="panel none">{events.value.length === 0 ? "Nothing yet." : "Nothing of that kind."}</p>
      ) : (
        <MoreList
          class="events panel"
          items={shown}
          step={MOST_EVENTS}
          word="events"
          row={({ key, event }) => <EventRow key={key} event={event} />}
        />
      )}
    </aside>
  );
}

function FeedNotes(): JSX.Element | null {
  if (feedLink.value === "busy") {
    return <p class="quiet">Too many follow the events already: they come when another page is closed.</p>;
  }
  if (missed.value === 0) return null;
  return <p class="quiet">{counted(missed.value, "event was", "events were")} forgotten before this page read them.</p>;
}

function countAfter(all: readonly KeptEvent[], key: string | undefined): number {
  const index = all.findIndex((kept) => kept.key === key);
  return index < 0 ? all.length : index;
}
