import type { JSX } from "preact";
import type { RunnerEvent } from "../wire/runner-event.js";

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const LEVELS = { info: "", warn: "Warning: ", error: "Error: " } as const;

/** One event. */
export function EventRow({ event: { at, kind, level, message } }: { readonly event: RunnerEvent }): JSX.Element {
  const time = new Date(at);
  const isToday = time.toDateString() === new Date().toDateString();
  return (
    <li class={`event ${level}`}>
      <time dateTime={at} title={time.toLocaleString()}>
        {isToday ? "" : `${DAY.format(time)} `}
        {CLOCK.format(time)}
      </time>
      <span class="kind">{kind}</span>
      <span class="message">
        <span class="unseen">{LEVELS[level]}</span>
        <bdi>{message}</bdi>
      </span>
    </li>
  );
}
