import type { JSX } from "preact";

/** What a mark can mean; it never stands for itself: its word is there for those who do not see it. */
export type MarkKind = "well" | "work" | "look" | "bad" | "note" | "gone";

const PATHS: Readonly<Record<MarkKind, string>> = {
  well: "M4.5 8.4l2.3 2.3 4.7-5",
  work: "M8 4.6V8l2.2 1.6",
  look: "M8 4.4v4.2M8 11.1v.4",
  bad: "M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2",
  note: "M8 7.4v4M8 4.6v.4",
  gone: "M4.8 8h6.4",
};

/** A round mark in the colour of what it means. */
export function Mark({ kind, word }: { readonly kind: MarkKind; readonly word?: string }): JSX.Element {
  return (
    <span class={`mark ${kind}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <circle cx="8" cy="8" r="8" class="disc" />
        <path d={PATHS[kind]} class="sign" />
      </svg>
      {word !== undefined && <span class="unseen">{word}</span>}
    </span>
  );
}
