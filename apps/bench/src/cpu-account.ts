import type { ProcessTimes } from "./process-figures.js";

/** CPU time used since the account was opened, in seconds. */
export interface CpuUse {
  readonly controllerSeconds: number;
  readonly haproxySeconds: number;
}

interface Entry {
  readonly before: number;
  readonly latest: number;
}

/** Adds up what a controller, the programs it runs and a changing set of HAProxy processes use. A process that has ended
 * counts with what it had used when it was last seen. */
export class CpuAccount {
  readonly #controller: number;
  #controllerBefore: number | undefined;
  #controllerLatest = 0;
  readonly #haproxies = new Map<string, Entry>();

  /** `controller`: its pid. */
  constructor(controller: number) {
    this.#controller = controller;
  }

  /** What is seen now; the first call opens the account. */
  see(controller: ProcessTimes | undefined, haproxies: ReadonlyMap<number, ProcessTimes>): void {
    const opens = this.#controllerBefore === undefined;
    if (controller !== undefined) this.#controllerLatest = controller.own + controller.children;
    if (opens) this.#controllerBefore = this.#controllerLatest;
    for (const [pid, { parent, own, startedAt }] of haproxies) {
      // The controller's own child is not the one that serves: its time is the controller's once it has ended.
      if (parent === this.#controller) continue;
      const key = `${pid} ${startedAt}`;
      this.#haproxies.set(key, { before: this.#haproxies.get(key)?.before ?? (opens ? own : 0), latest: own });
    }
  }

  use(): CpuUse {
    const haproxies = [...this.#haproxies.values()];
    return {
      controllerSeconds: this.#controllerLatest - (this.#controllerBefore ?? this.#controllerLatest),
      haproxySeconds: haproxies.reduce((sum, { before, latest }) => sum + latest - before, 0),
    };
  }
}
