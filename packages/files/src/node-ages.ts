import { judgeAtFirstSight } from "./first-sight.js";
import { ObservedClock } from "./observed-clock.js";

/** Tells which of a cluster's files are gone because nobody refreshes them. What counts is how long ago a change of the
 * file was seen, not its time by the wall clock; only files that stood there from the start have nothing else. */
export class NodeAges {
  readonly #clock: ObservedClock;
  /** When a change of each file was seen last, the earliest first. */
  readonly #changed = new Map<string, number>();
  readonly #gone = new Set<string>();
  #undecidedUntil = 0;

  constructor(
    readonly ttlMs: number,
    monotonic?: () => number,
  ) {
    this.#clock = new ObservedClock(ttlMs / 3, monotonic);
  }

  /** The files that stood there when the watch began, with their age in milliseconds by the wall clock. */
  begin(ages: ReadonlyMap<string, number>): void {
    const now = this.#clock.now();
    const { gone, doubtful } = judgeAtFirstSight(ages, this.ttlMs);
    const fresh = new Set([...this.#changed.keys(), ...ages.keys()]);
    for (const file of [...gone, ...doubtful]) fresh.delete(file);
    this.#changed.clear();
    for (const file of gone) this.#gone.add(file);
    // A live reporter refreshes its file well within this time.
    for (const file of doubtful) this.#changed.set(file, now - this.ttlMs / 2);
    for (const file of fresh) this.#changed.set(file, now);
    if (doubtful.length > 0) this.#undecidedUntil = now + this.ttlMs / 2;
  }

  /** `file` is new, or has changed. */
  changed(file: string): void {
    this.#changed.delete(file);
    this.#changed.set(file, this.#clock.now());
    this.#gone.delete(file);
  }

  forget(file: string): void {
    this.#changed.delete(file);
    this.#gone.delete(file);
  }

  /** The files of which no change has been seen for too long. They are to be looked at once more, since a change may
   * have gone unseen. */
  overdue(): readonly string[] {
    const now = this.#clock.now();
    const overdue: string[] = [];
    for (const [file, changed] of this.#changed) {
      if (now - changed < this.ttlMs) break;
      overdue.push(file);
    }
    return overdue;
  }

  /** Those of `files` that are still overdue, having been looked at, are gone until they change. */
  conclude(files: readonly string[]): void {
    const still = new Set(this.overdue());
    for (const file of files) {
      if (!still.has(file)) continue;
      this.#changed.delete(file);
      this.#gone.add(file);
    }
  }

  /** The files that are gone although they are there. */
  get gone(): ReadonlySet<string> {
    return this.#gone;
  }

  /** False: it shows only later which of the first files are gone. */
  decided(): boolean {
    return this.#undecidedUntil === 0 || this.#clock.now() >= this.#undecidedUntil;
  }

  /** Milliseconds until the next look is due. */
  get nextLookMs(): number {
    return this.#changed.size === 0 ? Number.POSITIVE_INFINITY : this.ttlMs / 6;
  }
}
