const FIRST_MS = 500;
const LONGEST_MS = 30_000;

interface Failure {
  readonly error: Error;
  readonly count: number;
  readonly dueAt: number;
}

/** Paths that could not be read, and when to try again: later each time, though a hint may come before. */
export class Retries {
  readonly #failures = new Map<string, Failure>();

  failed(path: string, error: unknown): void {
    const count = (this.#failures.get(path)?.count ?? 0) + 1;
    const dueAt = performance.now() + Math.min(LONGEST_MS, FIRST_MS * 2 ** (count - 1));
    this.#failures.set(path, { error: error instanceof Error ? error : new Error(String(error)), count, dueAt });
  }

  succeeded(path: string): void {
    this.#failures.delete(path);
  }

  has(path: string): boolean {
    return this.#failures.has(path);
  }

  /** All paths that could not be read. */
  paths(): Iterable<string> {
    return this.#failures.keys();
  }

  /** Why paths could not be read. */
  errors(): readonly Error[] {
    return [...this.#failures.values()].map(({ error }) => error);
  }

  /** The paths that are to be tried again now. */
  due(): readonly string[] {
    const now = performance.now();
    return [...this.#failures].filter(([, { dueAt }]) => dueAt <= now).map(([path]) => path);
  }

  /** Milliseconds until the next try is due. */
  get nextLookMs(): number {
    const next = [...this.#failures.values()].reduce(
      (least, { dueAt }) => Math.min(least, dueAt),
      Number.POSITIVE_INFINITY,
    );
    return Math.max(1, Math.ceil(next - performance.now()));
  }
}
