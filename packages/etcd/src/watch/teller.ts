import type { Watcher } from "@lighthouse-sd/core";
import type { ClusterRecords } from "./cluster-records.js";

/** Tells a watcher what is new to it: a reason for a loss once, a burst of changes as one list. */
export class Teller {
  readonly #watcher: Watcher;
  readonly #records: ClusterRecords;
  readonly #signal: AbortSignal;
  #live = false;
  #lost: string | undefined;
  #scheduled = false;

  constructor(watcher: Watcher, records: ClusterRecords, signal: AbortSignal) {
    this.#watcher = watcher;
    this.#records = records;
    this.#signal = signal;
  }

  /** Whether the watcher knows the records and has not heard of a loss since. */
  get isLive(): boolean {
    return this.#live;
  }

  /** The records are all known, for the first time or again. */
  known(): void {
    this.#live = true;
    this.#lost = undefined;
    this.#tell();
  }

  /** Records have changed: told with all changes that have arrived together. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#live) this.#tell();
    });
  }

  lost(error: Error): void {
    if (this.#signal.aborted || this.#lost === error.message) return;
    this.#live = false;
    this.#lost = error.message;
    this.#watcher.lost(error);
  }

  #tell(): void {
    if (!this.#signal.aborted) this.#watcher.records(this.#records.list());
  }
}
