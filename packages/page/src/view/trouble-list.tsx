import type { JSX } from "preact";
import { releasing, troubles } from "../state/page-state.js";
import { counted } from "../text/counted.js";
import type { Subject, Trouble } from "../troubles/trouble.js";
import { Age } from "./age.js";
import { Mark } from "./mark.js";
import { MoreList } from "./more-list.js";
import { SubjectLink } from "./subject-link.js";

const MOST_TROUBLES = 20;
const MOST_SUBJECTS = 5;
const WORDS = { bad: "Needs you:", look: "To look at:", note: "Note:" } as const;

/** What is not as it should be, and why; nothing where all is well. */
export function TroubleList(): JSX.Element | null {
  const serious = troubles.value.filter(({ severity }) => severity !== "note");
  const notes = troubles.value.filter(({ severity }) => severity === "note");
  if (troubles.value.length === 0) return null;
  return (
    <section aria-labelledby="troubles">
      <h2 id="troubles">{serious.length > 0 ? "What is not right, and why" : "For the record"}</h2>
      {serious.length > 0 && (
        <MoreList class="troubles panel" items={serious} step={MOST_TROUBLES} word="troubles" row={troubleRow} />
      )}
      {notes.length > 0 && (
        <details class="panel notes">
          <summary>{counted(notes.length, "note")}: nothing wrong, and not to be forgotten</summary>
          <MoreList class="troubles" items={notes} step={MOST_TROUBLES} word="notes" row={troubleRow} />
        </details>
      )}
    </section>
  );
}

function troubleRow(trouble: Trouble): JSX.Element {
  const { key, severity, subjects, sentence, detail, since, release } = trouble;
  return (
    <li key={key} class={`trouble ${severity}`}>
      <Mark kind={severity} word={WORDS[severity]} />
      <div class="said">
        <p class="what">
          <Subjects subjects={subjects} /> <bdi>{sentence}</bdi>
        </p>
        {detail !== null && (
          <p class="why">
            <bdi>{detail}</bdi>
          </p>
        )}
      </div>
      <div class="side">
        <Age at={since} />
        {release !== undefined && <ReleaseButton cluster={release} />}
      </div>
    </li>
  );
}

/** Asks whether the nodes of a cluster that are held should go. */
export function ReleaseButton({ cluster }: { readonly cluster: string }): JSX.Element {
  const ask = (): void => {
    releasing.value = cluster;
  };
  return (
    <button type="button" class="strong" aria-label={`Release the held nodes of ${cluster}…`} onClick={ask}>
      Release…
    </button>
  );
}

function Subjects({ subjects }: { readonly subjects: readonly Subject[] }): JSX.Element {
  const more = subjects.length - MOST_SUBJECTS;
  return (
    <span class="subjects">
      {subjects.slice(0, MOST_SUBJECTS).map((subject) => (
        <SubjectLink key={subject.name} subject={subject} />
      ))}
      {more > 0 && <span>and {more.toLocaleString("en")} more:</span>}
    </span>
  );
}
