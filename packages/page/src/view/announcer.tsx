import type { JSX } from "preact";
import { done, link, verdict } from "../state/page-state.js";

/** Says how things stand to those who do not see it, when that changes: not every event, which would never end. */
export function Announcer(): JSX.Element {
  const judged = verdict.value;
  const words = link.value.kind === "gone" ? "The runner does not answer." : (judged?.headline ?? "");
  return (
    <div class="unseen" role="status" aria-live="polite">
      <p>{words}</p>
      <p>{done.value}</p>
    </div>
  );
}
