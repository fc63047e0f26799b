import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import type { Clock } from "../clock.js";
import { errorText } from "../error-text.js";
import { contentText, parseSnapshot, renderSnapshot, SNAPSHOT_LIMIT_MS, type Snapshot } from "./snapshot-text.js";

/** The shortest time between two writes for one cluster, in milliseconds. */
const WRITE_GAP_MS = 1000;
/** How long a change is left alone first, in milliseconds: balancers have it before the disk, and a burst is one write. */
const WRITE_DELAY_MS = 300;
/** An unchanged list is written again after this long, so that its time stays true, in milliseconds. */
export const REFRESH_MS: number = 3_600_000;

interface Kept {
  /** What the file says, as far as this process knows; undefined: nothing known. */
  readonly written: { readonly content: string; readonly at: number } | undefined;
  /** `Clock.elapsed` of the last write. */
  readonly writtenAt: number;
  /** `Clock.elapsed` from which on `wanted` may be written. */
  readonly dueAt: number;
  /** Gives what it should say; undefined: what it does. */
  readonly wanted: (() => Snapshot) | undefined;
}

const UNWRITTEN: Kept = {
  written: undefined,
  writtenAt: Number.NEGATIVE_INFINITY,
  dueAt: Number.NEGATIVE_INFINITY,
  wanted: undefined,
};

/** Keeps the last good members of every cluster in a directory. Files are written one after another and never held up
 * for: a list that cannot be written is a warning. */
export class SnapshotKeeper {
  readonly #options: { readonly directory: string; readonly clock: Clock; readonly log: Logger };
  readonly #kept = new Map<string, Kept>();
  readonly #failures = new Map<string, string>();
  #writing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(options: { readonly directory: string; readonly clock: Clock; readonly log: Logger }) {
    this.#options = options;
  }

  /** Makes the directory and clears files away that are too old to be used. */
  async start(): Promise<void> {
    const { directory, clock } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      const age = clock.now() - (await stat(path).catch(() => ({ mtimeMs: clock.now() }))).mtimeMs;
      if (age > SNAPSHOT_LIMIT_MS) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** The members that `cluster` had; undefined where nothing usable is known. Never rejects. */
  async read(cluster: string): Promise<Snapshot | undefined> {
    const path = this.#path(cluster);
    try {
      const snapshot = parseSnapshot(cluster, await readFile(path, "utf8"), this.#options.clock.now());
      if ("reason" in snapshot) {
        this.#options.log.warn(
          `cluster ${cluster}: the members remembered in ${path} are not used: ${snapshot.reason}`,
        );
        return undefined;
      }
      this.#kept.set(cluster, { ...UNWRITTEN, written: { content: contentText(snapshot), at: snapshot.at } });
      return snapshot;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        this.#options.log.warn(
          `cluster ${cluster}: cannot read the members remembered in ${path}: ${errorText(error)}`,
        );
      }
      return undefined;
    }
  }

  /** Writes what `snapshot` gives soon, unless the file says the same already. It is asked when it is written. */
  keep(cluster: string, snapshot: () => Snapshot): void {
    const kept = this.#kept.get(cluster) ?? UNWRITTEN;
    const soon = Math.max(this.#options.clock.elapsed() + WRITE_DELAY_MS, kept.writtenAt + WRITE_GAP_MS);
    this.#kept.set(cluster, { ...kept, dueAt: kept.wanted === undefined ? soon : kept.dueAt, wanted: snapshot });
    this.#schedule();
  }

  /** Writes what is still to be written, at once, and nothing after that. */
  async flush(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#writing;
    await this.#writeDue(Number.POSITIVE_INFINITY);
  }

  #schedule(): void {
    if (this.#writing !== undefined || this.#closed) return;
    this.#cancelTimer?.();
    let first = Number.POSITIVE_INFINITY;
    for (const { wanted, dueAt } of this.#kept.values()) if (wanted !== undefined) first = Math.min(first, dueAt);
    if (first === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    this.#cancelTimer = clock.after(Math.max(0, first - clock.elapsed()), () => {
      this.#writing = this.#writeDue(clock.elapsed()).finally(() => {
        this.#writing = undefined;
        this.#schedule();
      });
    });
  }

  async #writeDue(time: number): Promise<void> {
    for (const [cluster, { wanted, dueAt }] of [...this.#kept]) {
      if (wanted !== undefined && dueAt <= time) await this.#write(cluster, wanted);
    }
  }

  async #write(cluster: string, wanted: () => Snapshot): Promise<void> {
    const snapshot = wanted();
    const before = this.#kept.get(cluster) ?? UNWRITTEN;
    const written = { content: contentText(snapshot), at: snapshot.at };
    const isYoung = before.written !== undefined && written.at - before.written.at < REFRESH_MS;
    if (isYoung && before.written?.content === written.content) {
      this.#kept.set(cluster, { ...before, wanted: undefined });
      return;
    }
    const writtenAt = this.#options.clock.elapsed();
    // Counted from its beginning: what changes while it goes on, on a slow disk for long, waits as well.
    this.#kept.set(cluster, { ...before, wanted: undefined, writtenAt });
    try {
      await writeFileAtomic(this.#path(cluster), renderSnapshot(snapshot, written.content), { mode: 0o600 });
      this.#failures.delete(cluster);
      this.#kept.set(cluster, { ...(this.#kept.get(cluster) ?? UNWRITTEN), written, writtenAt });
    } catch (error) {
      this.#warnOnce(cluster, `cluster ${cluster}: its members cannot be remembered: ${errorText(error)}`);
      const { wanted: newer } = this.#kept.get(cluster) ?? UNWRITTEN;
      const dueAt = writtenAt + WRITE_GAP_MS;
      this.#kept.set(cluster, { written: undefined, writtenAt, dueAt, wanted: newer ?? wanted });
    }
  }

  #warnOnce(cluster: string, message: string): void {
    if (this.#failures.get(cluster) === message) return;
    this.#failures.set(cluster, message);
    this.#options.log.warn(message);
  }

  /** The suffix keeps the cluster names `.` and `..` from meaning anything else. */
  #path(cluster: string): string {
    return join(this.#options.directory, `${cluster}.snapshot`);
  }
}
