import { watchDirectory } from "@lighthouse-sd/plugin-kit";
import { clustersOf } from "./file-names.js";

/** Called with an entry of the root directory that may have changed, or null: anything may have. */
export type RootListener = (entry: string | null) => void;

/** One watch of the root directory for all clusters; none while no cluster is followed. */
export class RootWatch {
  readonly #directory: string;
  readonly #listeners = new Map<string, Set<RootListener>>();
  #stopped: AbortController | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Calls `listener` for the entries of `cluster` until the returned function is called. */
  follow(cluster: string, listener: RootListener): () => void {
    const listeners = this.#listeners.get(cluster) ?? new Set();
    this.#listeners.set(cluster, listeners.add(listener));
    if (this.#stopped === undefined) {
      this.#stopped = new AbortController();
      watchDirectory(this.#directory, (entry) => this.#tell(entry), { signal: this.#stopped.signal });
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(cluster) === listeners) this.#listeners.delete(cluster);
      if (this.#listeners.size > 0) return;
      this.#stopped?.abort();
      this.#stopped = undefined;
    };
  }

  #tell(entry: string | null): void {
    const clusters = entry === null ? this.#listeners.keys() : clustersOf(entry);
    for (const cluster of clusters) for (const listener of this.#listeners.get(cluster) ?? []) listener(entry);
  }
}
