import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { findTroubles, troubledClusters } from "../troubles/find-troubles.js";
import type { Severity, Trouble } from "../troubles/trouble.js";
import { type Verdict, verdictOf } from "../troubles/verdict.js";
import type { PageAccess } from "../wire/page-access.js";
import type { RunnerStatus } from "../wire/runner-status.js";
import type { KeptEvent } from "./kept-events.js";

/** How the page stands with its runner. `asking`: nothing is known yet. `token`: the state is told only to those who show
 * the token. `gone`: it does not answer; what is shown is what it said last. */
export type Link =
  | { readonly kind: "asking" | "good" }
  | { readonly kind: "token"; readonly message: string | null }
  | { readonly kind: "gone"; readonly since: number; readonly message: string };

/** How the feed of events stands. `busy`: too many follow it already. */
export type FeedLink = "connecting" | "live" | "busy";

/** What the page shows; written by `RunnerLink` and by what the person at the page does. Times are Unix milliseconds. */
export const link: Signal<Link> = signal<Link>({ kind: "asking" });
export const feedLink: Signal<FeedLink> = signal<FeedLink>("connecting");
export const status: Signal<RunnerStatus | null> = signal<RunnerStatus | null>(null);
export const access: Signal<PageAccess | null> = signal<PageAccess | null>(null);
/** The newest first. */
export const events: Signal<readonly KeptEvent[]> = signal<readonly KeptEvent[]>([]);
/** Events that were forgotten before we read them. */
export const missed: Signal<number> = signal(0);
/** Moves now and then, for what tells of time gone by. */
export const now: Signal<number> = signal(Date.now());
/** The version of the runner that this page was loaded from. */
export const loadedVersion: Signal<string | null> = signal<string | null>(null);
/** What came of what the person at the page has done last. */
export const done: Signal<string> = signal("");

export const search: Signal<string> = signal("");
export const onlyTroubled: Signal<boolean> = signal(false);
/** Names of the clusters that are open. */
export const openClusters: Signal<ReadonlySet<string>> = signal<ReadonlySet<string>>(new Set());
/** The cluster whose release is being confirmed. */
export const releasing: Signal<string | null> = signal<string | null>(null);

export const troubles: ReadonlySignal<readonly Trouble[]> = computed(() =>
  status.value === null ? [] : findTroubles(status.value),
);
export const troubled: ReadonlySignal<ReadonlyMap<string, Severity>> = computed(() => troubledClusters(troubles.value));
export const verdict: ReadonlySignal<Verdict | null> = computed(() =>
  status.value === null ? null : verdictOf(status.value, troubles.value),
);

/** Opens or closes a cluster. */
export function setOpen(cluster: string, isOpen: boolean): void {
  const names = new Set(openClusters.value);
  if (isOpen) names.add(cluster);
  else names.delete(cluster);
  openClusters.value = names;
}
