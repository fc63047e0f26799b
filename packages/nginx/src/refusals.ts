import type { RefusedStep } from "./admit-steps.js";
import { upstreamIn } from "./file-steps.js";
import type { WantedFile } from "./upstream-files.js";

interface Refusal extends RefusedStep {
  /** When it is tried again, as `performance.now()` counts. */
  readonly againAt: number;
}

/** What nginx has refused: it is not put before it again and again, but now and then, since what was wrong may be in a file
 * of the operator's. */
export class Refusals {
  readonly #byFile = new Map<string, Refusal>();

  /** Those that stand: in `wanted` their files are as they are in `own`. What has changed meanwhile is forgotten. */
  standIn(wanted: Map<string, WantedFile>, own: ReadonlyMap<string, string>): readonly RefusedStep[] {
    const now = performance.now();
    for (const [file, { step, againAt }] of this.#byFile) {
      const isSame = wanted.get(file)?.text === step.wanted && own.get(file) === step.good;
      if (!isSame || now >= againAt) this.#byFile.delete(file);
      else if (step.good === undefined) wanted.delete(file);
      else wanted.set(file, { cluster: step.cluster, upstream: upstreamIn(step.good), text: step.good });
    }
    return [...this.#byFile.values()];
  }

  add(refused: readonly RefusedStep[], retryMs: number): void {
    const againAt = performance.now() + retryMs;
    for (const { step, refusal } of refused) this.#byFile.set(step.file, { step, refusal, againAt });
  }
}
