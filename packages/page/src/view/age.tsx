import type { JSX } from "preact";
import { now } from "../state/page-state.js";
import { ageText } from "../text/age-text.js";

/** How long ago something was; the exact time on demand. */
export function Age({ at, prefix = "" }: { readonly at: string | null; readonly prefix?: string }): JSX.Element | null {
  const time = Date.parse(at ?? "");
  if (at === null || Number.isNaN(time)) return null;
  return (
    <time class="age" dateTime={at} title={new Date(time).toLocaleString()}>
      {prefix}
      {ageText(time, now.value)}
    </time>
  );
}
