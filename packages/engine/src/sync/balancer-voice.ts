import type { Logger, SyncResult } from "@lighthouse-sd/core";
import type { FileProblem } from "../config/configuration.js";
import { formatProblem } from "../config/sort-problems.js";
import type { EventNote, Noter } from "../journal/runner-event.js";
import { changeSentences } from "./change-sentences.js";

/** Tells the log and the journal what happens to one balancer, each thing once. */
export class BalancerVoice {
  readonly #balancer: string;
  readonly #log: Logger;
  readonly #note: Noter;
  #error: string | undefined;
  #problems: ReadonlyMap<string, FileProblem> = new Map();
  #unconfirmed = false;

  constructor(balancer: string, log: Logger, note: Noter) {
    this.#balancer = balancer;
    this.#log = log;
    this.#note = note;
  }

  /** The plugin asks for a sync. */
  requested(reason: string): void {
    this.#log.debug(`asks for a sync: ${reason}`);
  }

  failed(error: string): void {
    if (error === this.#error) return;
    this.#error = error;
    this.#tell("balancer", "error", `${error}; it is tried again until it succeeds, its target is left as it is`);
  }

  synced(result: SyncResult, problems: readonly FileProblem[]): void {
    for (const { kind, text, target } of changeSentences(result.changes)) this.#tell(kind, "info", text, target);
    const current = new Map(problems.map((problem) => [formatProblem(problem), problem]));
    for (const text of current.keys()) if (!this.#problems.has(text)) this.#tell("problem", "warn", text);
    for (const text of this.#problems.keys()) if (!current.has(text)) this.#tell("problem", "info", `solved: ${text}`);
    this.#problems = current;
    const unconfirmed = !result.converged && result.syncAgainMs === undefined;
    if (unconfirmed && !this.#unconfirmed) {
      this.#tell("balancer", "warn", "its target has not confirmed everything; it is tried again until it has");
    }
    this.#unconfirmed = unconfirmed;
  }

  /** In line, or on its way there. */
  well(): void {
    if (this.#error !== undefined) this.#tell("balancer", "info", "works again");
    this.#error = undefined;
  }

  #tell(kind: EventNote["kind"], level: EventNote["level"], text: string, target?: string): void {
    this.#log[level](text);
    const message = `balancer ${this.#balancer}: ${text}`;
    this.#note({ kind, level, message, balancer: this.#balancer, ...(target !== undefined && { target }) });
  }
}
