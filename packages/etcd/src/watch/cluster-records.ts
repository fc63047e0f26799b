import type { DiscoveryRecord } from "@lighthouse-sd/core";
import type { KeyValue } from "../api/header_pb.js";
import { type Event, Event_EventType } from "../api/watch_pb.js";
import { showKey } from "../key-range.js";
import type { ReadValue } from "./record-value.js";

/** What tells one state of a key from every other, in this and in any other life of the registry. */
export type KeyVersion = Pick<KeyValue, "key" | "createRevision" | "modRevision" | "lease">;

interface Held extends KeyVersion {
  readonly text: string;
  /** Null: the value says that there is no node. */
  readonly record: DiscoveryRecord | null;
}

/** The keys of one cluster as they stood at one revision. */
export class ClusterRecords {
  readonly #readValue: ReadValue;
  #held = new Map<string, Held>();
  #revision: bigint | undefined;

  constructor(readValue: ReadValue) {
    this.#readValue = readValue;
  }

  /** The revision up to which all changes are in; undefined: nothing was read yet. */
  get revision(): bigint | undefined {
    return this.#revision;
  }

  get count(): number {
    return this.#held.size;
  }

  /** One record for each node. One whose value has not changed is the same object as last time. */
  list(): readonly DiscoveryRecord[] {
    return Array.from(this.#held.values(), ({ record }) => record).filter((record) => record !== null);
  }

  /** The key that was written last. */
  newest(): KeyVersion | undefined {
    let newest: Held | undefined;
    for (const held of this.#held.values()) {
      if (newest === undefined || held.modRevision > newest.modRevision) newest = held;
    }
    return newest;
  }

  /** Takes a full list in place of what was known. */
  replace(keys: readonly KeyValue[], revision: bigint): void {
    const before = this.#held;
    this.#held = new Map(keys.map((key) => [identity(key.key), this.#hold(key, before.get(identity(key.key)))]));
    this.#revision = revision;
  }

  /** Takes changes in their order. Returns whether a record has come, gone or changed. */
  apply(events: readonly Event[]): boolean {
    let changed = false;
    for (const { type, kv } of events) {
      if (kv === undefined) continue;
      const id = identity(kv.key);
      const before = this.#held.get(id);
      if (type === Event_EventType.DELETE) {
        this.#held.delete(id);
        changed ||= before !== undefined && before.record !== null;
      } else {
        const held = this.#hold(kv, before);
        this.#held.set(id, held);
        changed ||= held.record !== (before?.record ?? null);
      }
      this.#revision = kv.modRevision;
    }
    return changed;
  }

  #hold({ key, value, createRevision, modRevision, lease }: KeyValue, before: Held | undefined): Held {
    const text = Buffer.from(value).toString("utf8");
    const record = before?.text === text ? before.record : this.#record(key, text);
    return { key, createRevision, modRevision, lease, text, record };
  }

  #record(key: Uint8Array, text: string): DiscoveryRecord | null {
    const value = this.#readValue(text);
    return value === null ? null : { source: showKey(key), value };
  }
}

function identity(key: Uint8Array): string {
  return Buffer.from(key).toString("latin1");
}
