/** Milliseconds after which what is not there counts as removed. */
export const GRACE_MS = 1000;

/** Files that were there and are not. They count as removed only after a second: editors move a file away before they
 * write it anew. */
export class Vanished {
  readonly #since = new Map<string, number>();

  add(file: string): void {
    if (!this.#since.has(file)) this.#since.set(file, performance.now());
  }

  delete(file: string): void {
    this.#since.delete(file);
  }

  has(file: string): boolean {
    return this.#since.has(file);
  }

  files(): Iterable<string> {
    return this.#since.keys();
  }

  /** Lets the second begin anew for all: absence says nothing now. */
  postpone(): void {
    for (const file of this.#since.keys()) this.#since.set(file, performance.now());
  }

  /** Those that have been away for long enough. */
  over(): readonly string[] {
    const now = performance.now();
    return [...this.#since].filter(([, since]) => now - since >= GRACE_MS).map(([file]) => file);
  }

  /** Milliseconds until the next look is due. */
  get nextLookMs(): number {
    if (this.#since.size === 0) return Number.POSITIVE_INFINITY;
    return Math.max(1, Math.ceil(GRACE_MS - (performance.now() - Math.min(...this.#since.values()))));
  }
}
