import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { DiscoveryRecord, Watcher } from "@lighthouse-sd/core";

const LOOK_MS = 5;

/** A full list that a watch has told. */
export interface ToldList {
  /** As it was handed out. */
  readonly given: readonly DiscoveryRecord[];
  /** What was in it then. */
  readonly records: readonly DiscoveryRecord[];
}

/** What a watch has told so far. */
export class Told implements Watcher {
  readonly lists: ToldList[] = [];
  readonly losses: unknown[] = [];
  /** Every call, in order. */
  readonly calls: ("records" | "lost")[] = [];
  #ended: string | undefined;

  constructor(readonly cluster: string) {}

  records(records: readonly DiscoveryRecord[]): void {
    this.calls.push("records");
    this.lists.push({ given: records, records: [...records] });
  }

  lost(error: unknown): void {
    this.calls.push("lost");
    this.losses.push(error);
  }

  /** The watch has settled without having been aborted. */
  endedByItself(how: string): void {
    this.#ended = how;
  }

  /** The newest list; undefined: there was none. */
  get newest(): readonly DiscoveryRecord[] | undefined {
    return this.lists.at(-1)?.records;
  }

  /** Waits until `condition` holds. Rejects after `limitMs`, or as soon as the watch has ended by itself. */
  async until(condition: () => boolean, limitMs: number, what: string): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!condition()) {
      const told = `${this.lists.length} lists, the last with ${this.newest?.length ?? "no"} records; ${this.#lossesText()}`;
      assert.equal(this.#ended, undefined, `the watch of ${this.cluster} ${this.#ended}, before ${what}`);
      assert.ok(performance.now() < deadline, `not within ${limitMs} ms: ${what}; ${this.cluster} was told ${told}`);
      await sleep(LOOK_MS);
    }
  }

  /** Waits until anything was told, or the watch has ended by itself. False: not within `limitMs`. */
  async saysSomething(limitMs: number): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    const isSilent = (): boolean => this.calls.length === 0 && this.#ended === undefined;
    while (isSilent() && performance.now() < deadline) await sleep(LOOK_MS);
    return !isSilent();
  }

  #lossesText(): string {
    const last = this.losses.at(-1);
    return this.losses.length === 0 ? "never lost" : `lost ${this.losses.length} times, the last time: ${last}`;
  }
}
