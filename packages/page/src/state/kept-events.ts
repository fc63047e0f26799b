import type { RunnerEvent } from "../wire/runner-event.js";

/** An event in the feed. */
export interface KeptEvent {
  readonly key: string;
  readonly event: RunnerEvent;
}

/** How many events a page keeps. */
export const MOST_EVENTS = 1000;

/** `kept` and what has come after it, the newest first, each once, the oldest forgotten first. `fresh` has the oldest
 * first. Pure. */
export function withEvents(kept: readonly KeptEvent[], fresh: readonly KeptEvent[]): readonly KeptEvent[] {
  const known = new Set(kept.map(({ key }) => key));
  const unknown = fresh.filter(({ key }) => !known.has(key));
  if (unknown.length === 0) return kept;
  return [...unknown.toReversed(), ...kept].slice(0, MOST_EVENTS);
}
