import { effect } from "@preact/signals";
import { link, verdict } from "../state/page-state.js";

/** Keeps the tab's title and icon in line: how things stand can be seen while another tab is looked at. */
export function keepTab(): void {
  effect(() => {
    const isGone = link.value.kind !== "good";
    const judged = verdict.value;
    const words = link.value.kind === "gone" ? "No answer" : (judged?.headline ?? "");
    document.title = words === "" ? "Lighthouse" : `${words} · Lighthouse`;
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    const level = isGone || judged === null ? "gone" : judged.level;
    if (icon !== null) icon.href = `/page/icon-${level}.svg`;
  });
}
