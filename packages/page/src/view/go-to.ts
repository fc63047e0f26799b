import { onlyTroubled, search, setOpen, status } from "../state/page-state.js";
import type { Subject } from "../troubles/trouble.js";

const HASH = /^#(cluster|balancer|service)=(.+)$/;

/** The part of an address that leads to a subject. */
export function hashOf({ kind, name }: Subject): string {
  return `#${kind}=${encodeURIComponent(name)}`;
}

/** What an address leads to; undefined: nothing of it. */
export function subjectOf(hash: string): Subject | undefined {
  const [, kind, name] = HASH.exec(hash) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  try {
    return { kind: kind as Subject["kind"], name: decodeURIComponent(name) };
  } catch {
    return undefined;
  }
}

/** The id of the element that shows a subject. */
export function idOf({ kind, name }: Subject): string {
  return `${kind}-${name}`;
}

/** Shows a subject, opened, and moves the focus there. */
export function goTo(subject: Subject): void {
  if (subject.kind === "cluster") {
    if (status.value?.clusters[subject.name] === undefined) return;
    setOpen(subject.name, true);
    if (document.getElementById(idOf(subject)) === null) {
      onlyTroubled.value = false;
      search.value = subject.name;
    }
  }
  // What was just opened is there with the next frame.
  requestAnimationFrame(() => {
    const element = document.getElementById(idOf(subject));
    element?.scrollIntoView({ block: "start" });
    element?.focus({ preventScroll: true });
  });
}
