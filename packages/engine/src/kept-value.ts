import { readFile } from "node:fs/promises";
import type { Logger } from "@lighthouse-sd/core";
import { writeFileAtomic } from "@lighthouse-sd/plugin-kit";
import { errorText } from "./error-text.js";

/** What is to become of a value, and what is said about it. */
export interface Decision<Value, Reply> {
  /** Undefined: it stays as it is. */
  readonly value?: Value;
  readonly reply: Reply;
}

/** What is kept, and as what. */
export interface KeptValueOptions<Value> {
  /** Its file. */
  readonly path: string;
  readonly log: Logger;
  /** Holds where there is no file. */
  readonly none: Value;
  readonly render: (value: Value) => string;
  /** Says why a text cannot be used otherwise. */
  readonly parse: (text: string) => Value | { readonly reason: string };
  /** For the log where the file cannot be used: what it is, and what that means. */
  readonly what: string;
  readonly loss: string;
}

/** A value that outlives the process in a file of its own. */
export class KeptValue<Value extends object> {
  readonly #options: KeptValueOptions<Value>;
  #value: Value;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: KeptValueOptions<Value>) {
    this.#options = options;
    this.#value = options.none;
  }

  /** As it stands on disk. */
  get value(): Value {
    return this.#value;
  }

  /** Reads what is kept. Never rejects: a file that cannot be used is an error in the log, and counts as none. */
  async load(): Promise<void> {
    const { path, log, parse, what, loss } = this.#options;
    try {
      const value = parse(await readFile(path, "utf8"));
      if ("reason" in value) throw new Error(value.reason);
      this.#value = value;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      log.error(`${what} kept in ${path} cannot be used: ${errorText(error)}; ${loss}`);
    }
  }

  /** Does what `decide` makes of the value there is, one change after another. It holds once it is on disk; rejects where
   * it cannot be written, and then nothing has changed. */
  change<Reply>(decide: (value: Value) => Decision<Value, Reply>): Promise<Reply> {
    const { path, render } = this.#options;
    const change = this.#work.then(async () => {
      const { value, reply } = decide(this.#value);
      if (value === undefined) return reply;
      await writeFileAtomic(path, render(value), { mode: 0o600 }).catch((error: unknown) => {
        throw new Error(`nothing was changed: it cannot be kept: ${errorText(error)}`, { cause: error });
      });
      this.#value = value;
      return reply;
    });
    this.#work = change.catch(() => undefined);
    return change;
  }
}
