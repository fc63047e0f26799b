import type { Operation } from "../wire/operations.js";
import type { WatchEvent } from "../wire/watch-event.js";

/** What of a znode is watched: its data, its children, or that it comes to be. */
export type WatchKind = "data" | "children" | "existence";

/** Called once, when the watch has fired. */
export type WatchListener = (event: WatchEvent) => void;

const KINDS: readonly WatchKind[] = ["data", "existence", "children"];
/** The watches that an event uses up. */
const USED_UP: Readonly<Record<WatchEvent["type"], readonly WatchKind[]>> = {
  created: ["data", "existence"],
  changed: ["data", "existence"],
  deleted: ["data", "existence", "children"],
  children: ["children"],
};

/** One setWatches request stays below this size: older servers take no request of a megabyte. */
const LARGEST_REQUEST = 128 * 1024;
const SET_WATCHES = 101;

/** The watches that a session has on the server: each fires once. */
export class WatchTable {
  readonly #listeners: Readonly<Record<WatchKind, Map<string, Set<WatchListener>>>> = {
    data: new Map(),
    existence: new Map(),
    children: new Map(),
  };

  /** How many znodes are watched. */
  get size(): number {
    return KINDS.reduce((sum, kind) => sum + this.#listeners[kind].size, 0);
  }

  add(kind: WatchKind, path: string, listener: WatchListener): void {
    const listeners = this.#listeners[kind].get(path);
    if (listeners === undefined) this.#listeners[kind].set(path, new Set([listener]));
    else listeners.add(listener);
  }

  /** The server keeps its watch until it fires or the connection ends; nobody is told of it any more. */
  delete(kind: WatchKind, path: string, listener: WatchListener): void {
    const listeners = this.#listeners[kind].get(path);
    if (listeners?.delete(listener) === true && listeners.size === 0) this.#listeners[kind].delete(path);
  }

  /** Tells the listeners of what the event uses up, each once. */
  fire(event: WatchEvent): void {
    const told = new Set<WatchListener>();
    for (const kind of USED_UP[event.type]) {
      for (const listener of this.#listeners[kind].get(event.path) ?? []) told.add(listener);
      this.#listeners[kind].delete(event.path);
    }
    for (const listener of told) listener(event);
  }

  /** All are gone with their session. */
  clear(): void {
    for (const kind of KINDS) this.#listeners[kind].clear();
  }

  /** The requests that set every watch anew on another connection. Those of what has changed since `lastZxid` fire at
   * once. */
  requests(lastZxid: bigint): readonly Operation<void>[] {
    const requests: Operation<void>[] = [];
    let paths: Record<WatchKind, string[]> = { data: [], existence: [], children: [] };
    let size = 0;
    const flush = (): void => {
      if (size > 0) requests.push(setWatches(lastZxid, paths));
      paths = { data: [], existence: [], children: [] };
      size = 0;
    };
    for (const kind of KINDS) {
      for (const path of this.#listeners[kind].keys()) {
        const bytes = Buffer.byteLength(path) + 4;
        if (size + bytes > LARGEST_REQUEST) flush();
        paths[kind].push(path);
        size += bytes;
      }
    }
    flush();
    return requests;
  }
}

function setWatches(lastZxid: bigint, paths: Readonly<Record<WatchKind, readonly string[]>>): Operation<void> {
  return {
    what: "setWatches",
    type: SET_WATCHES,
    write: (writer) => {
      writer.long(lastZxid);
      for (const kind of KINDS) writer.list(paths[kind], (path) => writer.text(path));
    },
    read: () => undefined,
  };
}
