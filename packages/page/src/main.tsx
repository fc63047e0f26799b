import { effect } from "@preact/signals";
import { render } from "preact";
import { status } from "./state/page-state.js";
import { RunnerLink } from "./state/runner-link.js";
import { SEARCH_ID } from "./view/cluster-list.js";
import { goTo, subjectOf } from "./view/go-to.js";
import { Page } from "./view/page.js";
import { keepTab } from "./view/tab.js";

/** Goes to what the address names. */
function followHash(): void {
  const subject = subjectOf(location.hash);
  if (subject !== undefined) goTo(subject);
}

/** A slash moves to the search field, but for those who are writing. */
function searchOnSlash(event: KeyboardEvent): void {
  const isWriting = event.target instanceof Element && event.target.closest("input, select, textarea, dialog") !== null;
  if (event.key !== "/" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.getElementById(SEARCH_ID);
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

const root = document.getElementById("page");
if (root === null) throw new Error("this is not our page: it has no element #page");
const runner = new RunnerLink();
render(<Page runner={runner} />, root);
keepTab();
addEventListener("hashchange", followHash);
addEventListener("keydown", searchOnSlash);
const stop = effect(() => {
  if (status.value === null) return;
  queueMicrotask(() => {
    stop();
    followHash();
  });
});
runner.start();
