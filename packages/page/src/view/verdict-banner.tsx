import type { JSX } from "preact";
import { done, events, link, verdict } from "../state/page-state.js";
import { Age } from "./age.js";
import { Beacon } from "./beacon.js";
import type { MarkKind } from "./mark.js";

/** The focus goes here where what had it is gone. */
export const VERDICT_ID = "verdict";

const CHANGES: ReadonlySet<string> = new Set(["members", "guard", "operator", "file", "runtime", "reload"]);

/** Whether it is all right, at a glance. */
export function VerdictBanner(): JSX.Element {
  const { kind, headline, summary } = shown();
  const last = events.value.find(({ event }) => CHANGES.has(event.kind));
  return (
    <section class={`verdict ${kind}`} aria-labelledby={VERDICT_ID}>
      <Beacon kind={kind} />
      <div>
        <h1 id={VERDICT_ID} tabIndex={-1}>
          {headline}
        </h1>
        <p class="summary">{summary}</p>
        {last !== undefined && <Age at={last.event.at} prefix="last change " />}
      </div>
      {done.value !== "" && (
        <p class="done">
          <bdi>{done.value}</bdi>
          <button type="button" onClick={dismiss}>
            Dismiss
          </button>
        </p>
      )}
    </section>
  );
}

function dismiss(): void {
  done.value = "";
  document.getElementById(VERDICT_ID)?.focus();
}

function shown(): { readonly kind: MarkKind; readonly headline: string; readonly summary: string } {
  const state = link.value;
  const judged = verdict.value;
  if (state.kind === "gone") {
    const last = judged === null ? "" : " What is shown is what it said last; its targets go on as they are.";
    return { kind: "gone", headline: "The runner does not answer", summary: `Trying again. ${state.message}.${last}` };
  }
  if (judged === null) return { kind: "gone", headline: "Asking the runner", summary: "One moment." };
  return { kind: judged.level, headline: judged.headline, summary: judged.summary };
}
