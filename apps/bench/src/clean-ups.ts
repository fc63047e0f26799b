/** What has to be ended before the program ends, however it ends; the last one started goes first. */
export class CleanUps {
  readonly #steps: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  /** A step that is safe to run when its subject has already ended. */
  add(step: () => Promise<void>): void {
    this.#steps.unshift(step);
  }

  /** All of them once; one that fails does not keep the others from running. Rejects with the first failure. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
