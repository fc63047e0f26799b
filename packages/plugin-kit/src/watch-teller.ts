/** Where a watch tells what it sees: a discovery's watcher. */
export interface ToldWatcher<Entry> {
  records(records: readonly Entry[]): void;
  lost(error: unknown): void;
}

/** Tells a watcher what is new to it: the same list (the same objects in the same order) once, the same loss once, and
 * after a loss the list again, changed or not. */
export class WatchTeller<Entry> {
  readonly #watcher: ToldWatcher<Entry>;
  #records: readonly Entry[] | undefined;
  /** The reason told last; undefined while the records stand. */
  #lost: string | undefined;

  constructor(watcher: ToldWatcher<Entry>) {
    this.#watcher = watcher;
  }

  /** These are all. */
  records(records: readonly Entry[]): void {
    if (this.#lost === undefined && this.#records !== undefined && isSame(this.#records, records)) return;
    this.#lost = undefined;
    this.#records = records;
    this.#watcher.records(records);
  }

  /** They are not known now, for this reason. */
  lost(reason: unknown): void {
    const message = reason instanceof Error ? reason.message : String(reason);
    if (this.#lost === message) return;
    this.#lost = message;
    this.#watcher.lost(reason);
  }
}

function isSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((record, index) => record === now[index]);
}
