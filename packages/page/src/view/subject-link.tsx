import type { JSX } from "preact";
import type { Subject } from "../troubles/trouble.js";
import { goTo, hashOf } from "./go-to.js";

/** The name of what something is about, which leads there. */
export function SubjectLink({ subject }: { readonly subject: Subject }): JSX.Element {
  const follow = (event: MouseEvent): void => {
    event.preventDefault();
    history.replaceState(null, "", hashOf(subject));
    goTo(subject);
  };
  if (subject.kind === "config") return <bdi class="subject code">{subject.name}</bdi>;
  return (
    <a class="subject" href={hashOf(subject)} onClick={follow}>
      <span class="unseen">{subject.kind} </span>
      <bdi>{subject.name}</bdi>
    </a>
  );
}
