import type { JSX } from "preact";
import type { MarkKind } from "./mark.js";

/** A lighthouse whose lamp has the colour of how things stand. */
export function Beacon({ kind }: { readonly kind: MarkKind }): JSX.Element {
  return (
    <svg class={`beacon ${kind}`} viewBox="0 0 96 96" aria-hidden="true" focusable="false">
      <circle class="halo" cx="48" cy="33" r="31" />
      <path class="beam" d="M41 30 8 18v26l33-8zM55 30l33-12v26l-33-8z" />
      <path class="tower" d="M41.5 43h13l4.5 41H37z" />
      <path class="stripe" d="M40.6 52h14.9l1 9H39.600z" />
      <path class="stripe" d="M38.600 70h18.900l1 9H37.600z" />
      <path class="tower" d="M38 39h20v4H38zM42 24h12l-6-6z" />
      <rect class="lamp" x="42" y="25" width="12" height="14" rx="2" />
      <path class="ground" d="M26 86h44" />
    </svg>
  );
}
