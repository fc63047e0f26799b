import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

interface MoreListProps<T> {
  readonly items: readonly T[];
  /** How many are shown at first, and how many more at each wish. */
  readonly step: number;
  readonly word: string;
  readonly class?: string;
  readonly row: (item: T) => JSX.Element;
}

/** A list of which only the beginning is drawn, however long it is. */
export function MoreList<T>({ items, step, word, row, ...rest }: MoreListProps<T>): JSX.Element {
  const [most, setMost] = useState(step);
  const list = useRef<HTMLUListElement>(null);
  const more = Math.min(step, items.length - most);
  const show = (): void => {
    setMost(most + step);
    // The button that has the focus goes with the last of them.
    if (more < step || items.length - most === step) list.current?.focus();
  };
  return (
    <>
      <ul ref={list} tabIndex={-1} class={rest.class}>
        {items.slice(0, most).map(row)}
      </ul>
      {more > 0 && (
        <button type="button" class="more" onClick={show}>
          Show {more.toLocaleString("en")} more {word} of {(items.length - most).toLocaleString("en")}
        </button>
      )}
    </>
  );
}
