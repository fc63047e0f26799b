import type { JuteReader } from "./jute-reader.js";

/** What has happened to a znode that is watched. */
export type WatchEventType = "created" | "deleted" | "changed" | "children";

/** A watch has fired; it is not there any more. */
export interface WatchEvent {
  readonly type: WatchEventType;
  readonly path: string;
}

const TYPES: Readonly<Record<number, WatchEventType>> = { 1: "created", 2: "deleted", 3: "changed", 4: "children" };

/** Undefined for an event that is about no znode. */
export function readWatchEvent(reader: JuteReader): WatchEvent | undefined {
  const type = TYPES[reader.int()];
  reader.int(); // state of the session
  const path = reader.text();
  return type === undefined ? undefined : { type, path };
}
