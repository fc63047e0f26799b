/** What may have changed since the last look: names, or everything. */
export interface Hinted {
  readonly all: boolean;
  readonly names: ReadonlySet<string>;
}

/** Collects hints until somebody looks. */
export class Hints {
  #all = true;
  #names = new Set<string>();
  #wake: (() => void) | undefined;

  /** Null: anything may have changed. */
  add(name: string | null): void {
    if (name === null) this.#all = true;
    else this.#names.add(name);
    this.#wake?.();
  }

  /** All hints since the last call. */
  take(): Hinted {
    const hinted = { all: this.#all, names: this.#names };
    this.#all = false;
    this.#names = new Set();
    return hinted;
  }

  /** Settles with the next hint, after `limitMs`, or when `signal` aborts. */
  async wait(limitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#all || this.#names.size > 0 || signal.aborted) return;
    const { promise, resolve } = pending();
    const timer = Number.isFinite(limitMs) ? setTimeout(resolve, limitMs) : undefined;
    this.#wake = resolve;
    signal.addEventListener("abort", resolve);
    await promise;
    signal.removeEventListener("abort", resolve);
    this.#wake = undefined;
    clearTimeout(timer);
  }
}

function pending(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
