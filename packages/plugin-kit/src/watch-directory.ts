import { type FSWatcher, watch } from "node:fs";
import { basename } from "node:path";
import { type DirectoryState, directoryState } from "./directory-state.js";

const POLL_MS = 2000;
/** How soon a directory that is not there is looked for again, at most. */
const ABSENT_POLL_MS = 200;
/** Polls between two hints that anything may have changed, where the kernel tells of changes. */
const POLLS_PER_SWEEP = 15;
/** Events between two polls from which on the kernel's queue (16,384 by default) may have lost some. */
const EVENTS_TO_DOUBT = 4096;

/** How watchDirectory watches. */
export interface WatchOptions {
  /** Aborted: no hint comes any more and nothing is left behind. */
  readonly signal: AbortSignal;
  /** Milliseconds between two looks at the directory itself. Default 2000. */
  readonly pollMs?: number;
}

/** Calls `onHint` soon after an entry of `directory` may have changed, with its name, or with null: anything may have.
 * The first hint is null and comes when the watch stands; hints may come late, twice, or for nothing, but never not at
 * all, so that its user looks at the entries themselves.
 *
 * The kernel's events come at once. What it does not tell of is found by looking: the directory's own removal and
 * replacement, and everything where there are no events (no inotify watch left, a network file system, entries that
 * are symbolic links to elsewhere) within `pollMs`; events lost by an overflow within 15 times that. */
export function watchDirectory(
  directory: string,
  onHint: (entry: string | null) => void,
  { signal, pollMs = POLL_MS }: WatchOptions,
): void {
  if (signal.aborted) return;
  const watching = new WatchedDirectory(directory, onHint, pollMs);
  signal.addEventListener("abort", () => watching.stop(), { once: true });
  watching.poll();
}

class WatchedDirectory {
  #watcher: FSWatcher | undefined;
  #state: DirectoryState | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #pollAgain = false;
  #stopped = false;
  #first = true;
  #polls = 0;
  #events = 0;

  constructor(
    readonly directory: string,
    readonly onHint: (entry: string | null) => void,
    readonly pollMs: number,
  ) {}

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Looks at the directory now; while a look is under way: once more after it. */
  poll(): void {
    this.#pollAgain = true;
    if (!this.#polling) void this.#pollUntilDone();
  }

  async #pollUntilDone(): Promise<void> {
    this.#polling = true;
    clearTimeout(this.#timer);
    while (this.#pollAgain && !this.#stopped) {
      this.#pollAgain = false;
      await this.#look();
    }
    this.#polling = false;
    if (this.#stopped) return;
    const wait = this.#state === undefined ? Math.min(ABSENT_POLL_MS, this.pollMs) : this.pollMs;
    this.#timer = setTimeout(() => this.poll(), wait);
  }

  async #look(): Promise<void> {
    const before = this.#state;
    const state = await directoryState(this.directory, before);
    if (this.#stopped) return;
    this.#state = state;
    if (state?.id !== before?.id || this.#watcher === undefined) await this.#rewatch(state);
    if (this.#stopped) return;
    if (this.#first || this.#mustDoubt(before, this.#state)) this.onHint(null);
    this.#first = false;
    this.#events = 0;
  }

  /** Whether something may have changed that no event has told of. */
  #mustDoubt(before: DirectoryState | undefined, now: DirectoryState | undefined): boolean {
    if (now?.id !== before?.id || this.#events > EVENTS_TO_DOUBT) return true;
    if (now === undefined) return false;
    const silent = now.changed !== before?.changed && this.#events === 0;
    const told = this.#watcher !== undefined && !now.elsewhere && !silent;
    this.#polls += 1;
    return !told || this.#polls % POLLS_PER_SWEEP === 0;
  }

  async #rewatch(state: DirectoryState | undefined): Promise<void> {
    this.#watcher?.close();
    this.#watcher = undefined;
    if (state === undefined) return;
    try {
      this.#watcher = watch(this.directory, (kind, entry) => this.#onEvent(kind, entry));
    } catch {
      return; // no watch left, or gone meanwhile: the next look sees
    }
    this.#watcher.on("error", () => this.#lose());
    // What is watched may already be another directory than the one looked at.
    const after = await directoryState(this.directory, state);
    if (after?.id === state.id || this.#stopped) return;
    this.#lose();
    this.#state = undefined;
    this.#pollAgain = true;
  }

  #lose(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #onEvent(kind: "rename" | "change", entry: string | null): void {
    if (this.#stopped) return;
    this.#events += 1;
    // An event of the directory itself carries its own name. Once removed, it tells nothing any more, even if another
    // one has taken its place and its inode.
    const ofDirectory = entry === null || entry === basename(this.directory);
    if (ofDirectory && kind === "rename") this.#lose();
    if (ofDirectory) this.poll();
    // `..data` and its like are what the visible entries lead through.
    this.onHint(ofDirectory || entry.startsWith("..") ? null : entry);
  }
}
