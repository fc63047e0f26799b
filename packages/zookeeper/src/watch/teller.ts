import type { DiscoveryRecord, Watcher } from "@lighthouse-sd/core";

/** Tells a watcher what is new to it. */
export class Teller {
  readonly #watcher: Watcher;
  #records: readonly DiscoveryRecord[] | undefined;
  /** The reason told last; undefined while the records stand. */
  #lost: string | undefined;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  records(records: readonly DiscoveryRecord[]): void {
    if (this.#lost === undefined && this.#records !== undefined && isSame(this.#records, records)) return;
    this.#lost = undefined;
    this.#records = records;
    this.#watcher.records(records);
  }

  lost(reason: unknown): void {
    const message = reason instanceof Error ? reason.message : String(reason);
    if (this.#lost === message) return;
    this.#lost = message;
    this.#watcher.lost(reason);
  }
}

function isSame(before: readonly DiscoveryRecord[], now: readonly DiscoveryRecord[]): boolean {
  return before.length === now.length && before.every((record, index) => record === now[index]);
}
