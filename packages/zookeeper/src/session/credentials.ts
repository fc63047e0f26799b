import { basename, dirname, resolve } from "node:path";
import { readSecretFile, watchDirectory } from "@lighthouse-sd/plugin-kit";

/** A user of digest authentication, whose password stands in a file. */
export class Credentials {
  readonly #username: string;
  readonly #file: string;
  #used: string | undefined;

  constructor(username: string, directory: string, file: string) {
    this.#username = username;
    this.#file = resolve(directory, file);
  }

  /** `user:password`, as the file has it now. */
  async read(): Promise<string> {
    this.#used = await readSecretFile(this.#file);
    return `${this.#username}:${this.#used}`;
  }

  /** Calls `onChange` when the file has another password than the one read last, until `signal` aborts. */
  watch(onChange: () => void, signal: AbortSignal): void {
    const name = basename(this.#file);
    watchDirectory(
      dirname(this.#file),
      (entry) => {
        if (entry === null || entry === name) void this.#compare(onChange);
      },
      { signal },
    );
  }

  async #compare(onChange: () => void): Promise<void> {
    // A file that cannot be read (it is being replaced) changes nothing; the next connection says so.
    const now = await readSecretFile(this.#file).catch(() => this.#used);
    if (this.#used !== undefined && now !== this.#used) onChange();
  }
}
