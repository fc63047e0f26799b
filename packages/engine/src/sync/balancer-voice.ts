import type { Logger, SyncResult } from "@lighthouse-sd/core";
import type { FileProblem } from "../config/configuration.js";
import { formatProblem } from "../config/sort-problems.js";
import { changeSentences } from "./change-sentences.js";

/** Tells the log what happens to one balancer, each thing once. */
export class BalancerVoice {
  readonly #log: Logger;
  #error: string | undefined;
  #problems: ReadonlyMap<string, FileProblem> = new Map();
  #unconfirmed = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The plugin asks for a sync. */
  requested(reason: string): void {
    this.#log.debug(`asks for a sync: ${reason}`);
  }

  failed(error: string): void {
    if (error === this.#error) return;
    this.#error = error;
    this.#log.error(`${error}; it is tried again until it succeeds, its target is left as it is`);
  }

  synced(result: SyncResult, problems: readonly FileProblem[]): void {
    for (const sentence of changeSentences(result.changes)) this.#log.info(sentence);
    const current = new Map(problems.map((problem) => [formatProblem(problem), problem]));
    for (const text of current.keys()) if (!this.#problems.has(text)) this.#log.warn(text);
    for (const text of this.#problems.keys()) if (!current.has(text)) this.#log.info(`solved: ${text}`);
    this.#problems = current;
    const unconfirmed = !result.converged && result.syncAgainMs === undefined;
    if (unconfirmed && !this.#unconfirmed)
      this.#log.warn("its target has not confirmed everything; it is tried again until it has");
    this.#unconfirmed = unconfirmed;
  }

  /** In line, or on its way there. */
  well(): void {
    if (this.#error !== undefined) this.#log.info("works again");
    this.#error = undefined;
  }
}
