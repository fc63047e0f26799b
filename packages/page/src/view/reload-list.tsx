import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askRunner } from "../ask/ask-runner.js";
import type { EventList, RunnerEvent } from "../wire/runner-event.js";
import { Age } from "./age.js";

/** How many of the last reloads are told of. */
const MOST_RELOADS = 20;

interface ReloadListProps {
  readonly balancer: string;
  /** How many there were: with another number the list is asked for anew. */
  readonly reloads: number;
}

/** The last reloads of a balancer's target with their reasons, where somebody wants to know. */
export function ReloadList({ balancer, reloads }: ReloadListProps): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const [events, setEvents] = useState<readonly RunnerEvent[] | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    let isOver = false;
    const query = new URLSearchParams({ kind: "reload", balancer, limit: String(MOST_RELOADS) });
    void askRunner<EventList>(`/api/v1/events?${query}`).then((reply) => {
      if (!isOver && reply.kind === "answer") setEvents(reply.value.events.toReversed());
    });
    return () => {
      isOver = true;
    };
  }, [balancer, isOpen, reloads]);
  if (reloads === 0) return null;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The last reloads, and why</summary>
      <ul class="records">
        {(events ?? []).map(({ id, at, message }) => (
          <li key={id}>
            <Age at={at} /> <bdi>{message}</bdi>
          </li>
        ))}
      </ul>
    </details>
  );
}
