import { join } from "node:path";
import type { Logger } from "@lighthouse-sd/core";
import { type Decision, KeptValue } from "../kept-value.js";
import { type Drain, type Drains, NO_DRAINS } from "./drains.js";
import { parseDrains, renderDrains } from "./drains-text.js";

/** The drains of this host, kept in the state directory. */
export class DrainKeeper {
  readonly #kept: KeptValue<Drains>;

  constructor(stateDirectory: string, log: Logger) {
    this.#kept = new KeptValue<Drains>({
      path: join(stateDirectory, "drains.json"),
      log,
      none: new Map(),
      render: renderDrains,
      parse: parseDrains,
      what: "the drains",
      loss: "nodes that were drained by hand are in rotation until they are drained again",
    });
  }

  /** Reads what is kept. Never rejects: a file that cannot be used is an error in the log, and nobody is drained. */
  load(): Promise<void> {
    return this.#kept.load();
  }

  of(cluster: string): readonly Drain[] {
    return this.#kept.value.get(cluster) ?? NO_DRAINS;
  }

  /** Does what `decide` makes of the drains there are, one change after another. They hold once they are on disk; rejects
   * where they cannot be written, and then nothing has changed. */
  change<Reply>(decide: (drains: Drains) => Decision<Drains, Reply>): Promise<Reply> {
    return this.#kept.change(decide);
  }
}
