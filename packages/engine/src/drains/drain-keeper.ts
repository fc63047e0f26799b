import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { errorText } from "../error-text.js";
import { type Drain, type Drains, NO_DRAINS } from "./drains.js";
import { parseDrains, renderDrains } from "./drains-text.js";

/** What is to become of the drains, and what is said about it. */
export interface DrainDecision<Reply> {
  /** Undefined: they stay as they are. */
  readonly drains?: Drains;
  readonly reply: Reply;
}

/** The drains of this host, kept in the state directory. */
export class DrainKeeper {
  readonly #path: string;
  readonly #log: Logger;
  #drains: Drains = new Map();
  #work: Promise<unknown> = Promise.resolve();

  constructor(stateDirectory: string, log: Logger) {
    this.#path = join(stateDirectory, "drains.json");
    this.#log = log;
  }

  /** Reads what is kept. Never rejects: a file that cannot be used is an error in the log, and nobody is drained. */
  async load(): Promise<void> {
    try {
      const drains = parseDrains(await readFile(this.#path, "utf8"));
      if ("reason" in drains) throw new Error(drains.reason);
      this.#drains = drains;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      const lost = "nodes that were drained by hand are in rotation until they are drained again";
      this.#log.error(`the drains kept in ${this.#path} cannot be used: ${errorText(error)}; ${lost}`);
    }
  }

  of(cluster: string): readonly Drain[] {
    return this.#drains.get(cluster) ?? NO_DRAINS;
  }

  /** Does what `decide` makes of the drains there are, one change after another. They hold once they are on disk; rejects
   * where they cannot be written, and then nothing has changed. */
  change<Reply>(decide: (drains: Drains) => DrainDecision<Reply>): Promise<Reply> {
    const change = this.#work.then(async () => {
      const { drains, reply } = decide(this.#drains);
      if (drains === undefined) return reply;
      await writeFileAtomic(this.#path, renderDrains(drains), { mode: 0o600 }).catch((error: unknown) => {
        throw new Error(`nothing was changed: it cannot be kept: ${errorText(error)}`, { cause: error });
      });
      this.#drains = drains;
      return reply;
    });
    this.#work = change.catch(() => undefined);
    return change;
  }
}
